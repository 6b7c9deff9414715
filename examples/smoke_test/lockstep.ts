/**
 * Two ways to smoke-test a release. `deploy` asks the model once the release is confirmed: a wrong answer fails the host, which stops the
 * rollout, and the release stays for a person to look at. `run guarded` asks before `health` confirms it: a wrong answer takes the host
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
