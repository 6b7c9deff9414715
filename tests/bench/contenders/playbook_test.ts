import { assertEquals } from "@std/assert";
import { readRecap } from "../../../bench/contenders/playbook.ts";

const printed = `
PLAY [all] *********************************************************************

TASK [Look at what is live] ****************************************************
ok: [edge-01]
fatal: [edge-02]: UNREACHABLE! => {"changed": false, "unreachable": true}

PLAY RECAP *********************************************************************
edge-01                    : ok=6    changed=4    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0   
edge-02                    : ok=0    changed=0    unreachable=1    failed=0    skipped=0    rescued=0    ignored=0   

`;

Deno.test("readRecap() tells what changed and what went wrong, host by host", () => {
  assertEquals(readRecap(printed), [
    { host: "edge-01", changed: 4, wrong: 0 },
    { host: "edge-02", changed: 0, wrong: 1 },
  ]);
});

Deno.test("readRecap() finds nothing, when there is no recap", () => {
  assertEquals(readRecap("ERROR! the playbook could not be found\n"), []);
});
