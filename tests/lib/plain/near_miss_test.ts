import { assertEquals } from "@std/assert";
import { didYouMean, editDistance, misspeltVariable, nearest } from "../../../lib/plain/near_miss.ts";
import { variableNames } from "../../../lib/settings/variables.ts";

Deno.test("editDistance() counts swapped neighbours as one edit, when two words are compared", () => {
  const table = [["", "", 0], ["a", "", 1], ["port", "prot", 1], ["port", "fork", 2], ["hosts", "host", 1], [
    "ab",
    "ba",
    1,
  ]];
  for (const [a, b, edits] of table) assertEquals<unknown>(editDistance(String(a), String(b)), edits);
});

Deno.test("nearest() finds the closest candidate, when one is near enough", () => {
  assertEquals(nearest("edge-33", ["edge-1", "edge-3", "web"]), "edge-3");
  assertEquals(nearest("web", ["db"]), undefined);
  assertEquals(nearest("x", ["y"]), "y");
  assertEquals(didYouMean("chldren", ["hosts", "children"]), 'did you mean "children"?');
  assertEquals(didYouMean("zzz", ["hosts"]), undefined);
});

Deno.test("misspeltVariable() tells slips from names of the user's own, when they are near", () => {
  const slips = {
    deploy_pth: "deploy_path",
    depoly_path: "deploy_path",
    "deploy-path": "deploy_path",
    deployPath: "deploy_path",
    ansible_prot: "ansible_port",
    asnible_prot: "ansible_port",
    ansible_hots: "ansible_host",
    ansible_conection: "ansible_connection",
    keep_backup: "keep_backups",
    artifact_dir: "artifacts_dir",
    health_atempt: "health_attempts",
    sevice: "service",
  };
  for (const [name, meant] of Object.entries(slips)) {
    assertEquals(misspeltVariable(name, variableNames), meant, name);
  }
  const own = [
    "deploy_date",
    "deploy_port",
    "deploy_hash",
    "service_name",
    "health",
    "port",
    "device",
    "lib_dir",
    "log_dir",
    "health_retry",
    "ansible_hostname",
    "ansible_ssh_pass",
    "ansible_scp_extra_args",
    "ansible_become_pass",
    "ansible_root",
  ];
  for (const name of own) assertEquals(misspeltVariable(name, variableNames), undefined, name);
});
