/**
 * The demo's devices: real sshd on loopback if this machine has an sshd that can be run, otherwise folders that Lockstep reaches
 * through `ansible_connection: local`. Each has its own folder and a service that Deno runs.
 * @module
 */
import { join } from "@std/path";
import { stringify } from "yaml";
import { stopService } from "./service.ts";
import { makeStandIns, quote, succeeds } from "./stand_in.ts";

export interface Devices extends AsyncDisposable {
  /** What they are, as a sentence that follows "Three devices: ". */
  readonly what: string;
  /** Options that every command needs to reach them. */
  readonly options: readonly string[];
  /** The environment in which commands reach them. */
  readonly env: Readonly<Record<string, string>>;
}

/** Folders of sshd that a user's `PATH` may lack. */
const SSHD_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/sbin", "/opt/homebrew/sbin"];
/** Milliseconds until an sshd must accept our login. */
const SSHD_LIMIT = 8000;

/** Makes devices of these names under `dir`, and `fleet.yaml` there, the inventory that leads to them. */
export async function makeDevices(dir: string, names: readonly string[]): Promise<Devices> {
  const tools = join(dir, "bin");
  const missing = await makeStandIns(tools);
  const path = missing.length === 0 ? undefined : `${tools}:${Deno.env.get("PATH") ?? "/usr/bin:/bin"}`;
  const ports = freePorts(2 * names.length);
  for (const name of names) {
    for (const folder of ["home", "service", "opt/iot-inference"]) {
      await Deno.mkdir(join(dir, name, folder), { recursive: true });
    }
  }
  const servers = await startServers(
    dir,
    names.map((name, at) => ({ name, port: ports[at]! })),
    path,
  );
  const hosts = names.map((name, at) => [
    name,
    hostVars(join(dir, name), ports[names.length + at]!, servers !== null),
  ]);
  const vars = { service_manager: "command", health_attempts: 3, health_interval: 1 };
  await Deno.writeTextFile(
    join(dir, "fleet.yaml"),
    stringify({ all: { vars, hosts: Object.fromEntries(hosts) } }, { lineWidth: 0 }),
  );
  const borrowed = missing.length === 0 ? "" : ` (the demo replaces ${missing.join(", ")}, which it lacks)`;
  return {
    what: servers !== null
      ? `a real sshd on 127.0.0.1 each, ports ${
        ports.slice(0, names.length).join(", ")
      }, and this machine's programs${borrowed}.`
      : `no sshd can be run here, so each is a folder that Lockstep uses through a local shell, with this machine's programs${borrowed}.`,
    options: servers === null ? [] : ["--ssh-config", "ssh_config"],
    env: path === undefined ? {} : { PATH: path },
    [Symbol.asyncDispose]: async () => {
      for (const name of names) await stopService(join(dir, name, "service"));
      await servers?.[Symbol.asyncDispose]();
    },
  };
}

function hostVars(dir: string, port: number, ssh: boolean): Record<string, string> {
  const deployPath = join(dir, "opt/iot-inference");
  const program = join(import.meta.dirname!, "service.ts");
  const words = [Deno.execPath(), "run", "--no-config", "--quiet", "-A", program, "restart"];
  return {
    ...(ssh ? {} : { ansible_connection: "local" }),
    deploy_path: deployPath,
    restart_command: [...words, join(dir, "service"), String(port), join(deployPath, "artifacts_phase2")]
      .map(quote).join(" "),
    health_url: `http://127.0.0.1:${port}`,
  };
}

/** An sshd for each device, and `ssh_config` to reach them; null if that is not possible here. */
async function startServers(
  dir: string,
  devices: readonly { readonly name: string; readonly port: number }[],
  path: string | undefined,
): Promise<AsyncDisposable | null> {
  const sshd = await findSshd();
  const keygen = ["user_key", "host_key"].map((name) =>
    succeeds(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lockstep-demo", "-f", join(dir, name)])
  );
  if (!(await Promise.all(keygen)).every(Boolean) || sshd === undefined) return null;
  const hostKey = (await Deno.readTextFile(join(dir, "host_key.pub"))).trim();
  const known = devices.map(({ port }) => `[127.0.0.1]:${port} ${hostKey}\n`).join("");
  await Deno.writeTextFile(join(dir, "known_hosts"), known);
  await Deno.writeTextFile(
    join(dir, "ssh_config"),
    [
      ...devices.map(({ name, port }) => `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}`),
      `Host *`,
      `  IdentityFile "${join(dir, "user_key")}"`,
      `  IdentitiesOnly yes`,
      `  UserKnownHostsFile "${join(dir, "known_hosts")}"`,
      `  StrictHostKeyChecking yes`,
      ``,
    ].join("\n"),
  );
  // sshd needs this folder when root runs it; the package's service would make it.
  const runDir = Deno.uid() === 0 && Deno.build.os === "linux" ? await madeFolder("/run/sshd") : null;
  const running: Deno.ChildProcess[] = [];
  const servers = {
    [Symbol.asyncDispose]: async () => {
      for (const server of running) {
        try {
          server.kill("SIGTERM");
        } catch {
          // It has ended by itself.
        }
        await server.status;
      }
      if (runDir !== null) await Deno.remove(runDir).catch(() => {}); // Another sshd uses it by now.
    },
  };
  for (const { name, port } of devices) {
    const config = join(dir, name, "sshd_config");
    const home = join(dir, name, "home");
    const env = [`"HOME=${home}"`, ...(path === undefined ? [] : [`"PATH=${path}"`])].join(" ");
    await Deno.writeTextFile(
      config,
      [
        `ListenAddress 127.0.0.1:${port}`,
        `HostKey "${join(dir, "host_key")}"`,
        `AuthorizedKeysFile "${join(dir, "user_key.pub")}"`,
        `SetEnv ${env}`,
        `PidFile none`,
        `StrictModes no`,
        `PasswordAuthentication no`,
        `KbdInteractiveAuthentication no`,
        ``,
      ].join("\n"),
    );
    // In its own process group: the demo handles Ctrl-C.
    running.push(
      new Deno.Command(sshd, {
        args: ["-D", "-e", "-f", config],
        stdin: "null",
        stdout: "null",
        stderr: "null",
        detached: true,
      }).spawn(),
    );
  }
  for (const end = Date.now() + SSHD_LIMIT; Date.now() < end;) {
    const entered = devices.map(({ name }) =>
      succeeds(["ssh", "-F", join(dir, "ssh_config"), "-o", "BatchMode=yes", name, "true"])
    );
    if ((await Promise.all(entered)).every(Boolean)) return servers;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await servers[Symbol.asyncDispose]();
  return null;
}

async function findSshd(): Promise<string | undefined> {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), ...SSHD_FOLDERS];
  for (const folder of folders.filter((folder) => folder !== "")) {
    // sshd must be called by its absolute path.
    const path = join(folder, "sshd");
    if (await Deno.stat(path).then((found) => found.isFile, () => false)) return path;
  }
  return undefined;
}

/** Makes a folder; null if it exists already. */
async function madeFolder(path: string): Promise<string | null> {
  try {
    await Deno.mkdir(path, { mode: 0o755 });
    return path;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return null;
    throw error;
  }
}

/** Ports that nothing listens on at this moment. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  return listeners.map((listener) => {
    listener.close();
    return listener.addr.port;
  });
}
