/**
 * Two ways to smoke-test a release. `deploy` tests after the release is confirmed: a wrong answer fails the host, which stops the
 * rollout, and the release stays live for inspection. `run guarded` tests before `health` confirms it: a wrong answer takes the host
 * back to its old set.
 * @module
 */
import { defineProject, pipelines } from "lockstep";
import { smoke } from "./tasks/smoke.ts";

export default defineProject({
  pipelines: {
    deploy: pipelines.deploy.after("health", smoke),
    guarded: pipelines.deploy.before("health", smoke),
  },
});
