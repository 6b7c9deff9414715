/**
 * A deploy path below the user's home, which only the device can tell.
 * @module
 */
import { Failure } from "../errors.ts";
import type { HostSettings } from "../settings/mod.ts";
import { type Program, program } from "../remote/program.ts";
import type { Remote } from "../remote/remote.ts";

/** The home of the user that we are there: of the become user, if there is one. */
const home: Program = program("home", 'cd ~ && printf "%s\\n" "$HOME"');

/**
 * The settings with `~/` at the beginning of the deploy path replaced by the user's home there; all others as they are, without a question. Throws a Failure, and
 * closes the session, if the user has no home.
 */
export async function atHome(settings: HostSettings, remote: Remote): Promise<HostSettings> {
  if (!settings.deployPath.startsWith("~/")) return settings;
  try {
    const { code, stdout, stderr } = await remote.run(home, [], { short: true });
    const path = stdout.replace(/\n$/, "").replace(/\/+$/, "");
    if (code !== 0 || !/^\/[^\n\r\0]*$/.test(path)) {
      throw new Failure({
        kind: "unsuitable",
        action: "connect",
        host: settings.name,
        evidence: `the user has no home for ${settings.deployPath}: ${
          stderr.trim() || JSON.stringify(stdout.trim())
        }`,
        next: "set deploy_path to an absolute path",
      });
    }
    return { ...settings, deployPath: `${path}${settings.deployPath.slice(1)}` };
  } catch (error) {
    await remote.close();
    throw error;
  }
}
