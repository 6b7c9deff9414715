/**
 * The sick sets of `deno task torture`, deployed as a user with nothing but the sudo rights that are asked for.
 * @module
 */
import { testWhere } from "../../support.ts";
import { SickField } from "./sick_sets.ts";

testWhere("deploy brings the old set back and tells the service's own words, when the new set is sick", {
  needs: ["lab"],
}, async () => {
  await using field = await SickField.make(["user"]);
  await field.run();
});
