/**
 * One of the sick sets of `deno task torture`, deployed as a user with nothing but the sudo rights that are asked for: the one after which
 * systemd refuses to start the service on the old set as well.
 * @module
 */
import { longTestWhere } from "../../support.ts";
import { illnesses, SickField } from "./sick_sets.ts";

longTestWhere("deploy brings the old set back and tells the service's own words, when the new set is sick", {
  needs: ["lab"],
}, async () => {
  await using field = await SickField.make(["user"], illnesses.filter(({ checks }) => checks));
  await field.run();
});
