/**
 * The user's ssh agent stays at home: a real agent, a real sshd, and a configuration that would hand it to every device.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { testWhere } from "../../support.ts";
import { makeFleet } from "../support/fleet.ts";
import { runOn } from "../support/program.ts";

testWhere(
  "no device gets the agent, when ssh's configuration forwards it, unless the inventory asks for that",
  {
    needs: ["sshd"],
  },
  async () => {
    await using fleet = await makeFleet({ count: 1 });
    const socket = join(fleet.dir, "agent");
    const agent = new Deno.Command("ssh-agent", {
      args: ["-D", "-a", socket],
      stdout: "null",
      stderr: "null",
    })
      .spawn();
    try {
      for (let i = 0; i < 100 && !await Deno.stat(socket).then(() => true, () => false); i++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const written = await Deno.readTextFile(fleet.sshConfig);
      await Deno.writeTextFile(fleet.sshConfig, `${written}\nHost *\n  ForwardAgent yes\n  ForwardX11 yes\n`);
      const seen = async (vars: Record<string, unknown>): Promise<string> => {
        const run = await runOn(fleet, await fleet.inventory({ vars }), [
          "exec",
          "--",
          "echo agent=${SSH_AUTH_SOCK:-none} screen=${DISPLAY:-none}",
        ], { env: { SSH_AUTH_SOCK: socket, DISPLAY: "127.0.0.1:1" } });
        assertEquals(run.code, 0, run.text);
        return /agent=\S+ screen=\S+/.exec(run.stdout)![0];
      };
      assertEquals(await seen({}), "agent=none screen=none");
      assertEquals(
        await seen({ ansible_ssh_common_args: "-A -X -o ForwardAgent=yes" }),
        "agent=none screen=none",
      );
      const asked = await seen({ ssh_forward_agent: true });
      assert(/^agent=\/\S+ screen=none$/.test(asked), asked);
    } finally {
      agent.kill();
      await agent.status;
    }
  },
);
