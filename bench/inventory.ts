/**
 * What a large inventory costs: hosts with 20 variables each, loaded, merged and matched against a pattern, each in a process of its own.
 * `deno run -A bench/inventory.ts [HOSTS …]`, on Linux.
 * @module
 */
import process from "node:process";
import { fromFileUrl, join } from "@std/path";
import { selectHosts } from "../lib/ansible/mod.ts";
import { loadInventory } from "../lib/settings/mod.ts";

const VARIABLES = 18;

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** The same hosts in each form; a thousand to a group. */
const forms: Readonly<Record<string, (hosts: number) => Iterable<string>>> = {
  *ini(hosts) {
    for (let host = 0; host < hosts; host++) {
      if (host % 1000 === 0) yield `[rack${host / 1000}]\n`;
      const own = Array.from({ length: VARIABLES }, (_, at) => `var_${at}="value ${at} of ${host}"`).join(
        " ",
      );
      yield `edge-${host} ansible_host=10.0.${host >> 8}.${host & 255} ansible_port=22 ${own}\n`;
    }
  },
  *yaml(hosts) {
    for (let host = 0; host < hosts; host++) {
      if (host % 1000 === 0) yield `rack${host / 1000}:\n  hosts:\n`;
      yield `    edge-${host}:\n      ansible_host: 10.0.${host >> 8}.${
        host & 255
      }\n      ansible_port: 22\n`;
      for (let at = 0; at < VARIABLES; at++) yield `      var_${at}: value ${at} of ${host}\n`;
    }
  },
};

/** The child's part: one load, one pattern. */
async function measure(file: string): Promise<Cost> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const inventory = await loadInventory([file], { extraVars: [], env: {}, cwd: process.cwd() });
  selectHosts(inventory, "edge-*7:!edge-7:&rack*");
  const { user, system } = process.cpuUsage(before);
  return {
    wallMs: performance.now() - started,
    cpuMs: (user + system) / 1000,
    // Not maxRSS: that of a process that was just started is its parent's.
    peakMb: Number(/^VmHWM:\s*(\d+)/m.exec(await Deno.readTextFile("/proc/self/status"))![1]) / 1024,
  };
}

async function inChild(file: string): Promise<Cost> {
  const args = ["run", "-A", "--quiet", fromFileUrl(import.meta.url), "--measure", file];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function main(sizes: readonly number[]): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    console.log("form   hosts      wall       CPU   peak memory  (the best of three)");
    for (const [form, lines] of Object.entries(forms)) {
      for (const hosts of sizes) {
        const file = join(folder, `${hosts}.${form}`);
        await Deno.writeTextFile(file, [...lines(hosts)].join(""));
        const costs = [await inChild(file), await inChild(file), await inChild(file)];
        const least = (key: keyof Cost) => Math.min(...costs.map((cost) => cost[key])).toFixed(0);
        console.log(
          `${form.padEnd(5)} ${String(hosts).padStart(6)} ${least("wallMs").padStart(6)} ms ` +
            `${least("cpuMs").padStart(6)} ms ${least("peakMb").padStart(9)} MiB`,
        );
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const [first, file] = Deno.args;
  if (first === "--measure") console.log(JSON.stringify(await measure(file!)));
  else await main(Deno.args.length > 0 ? Deno.args.map(Number) : [1_000, 10_000, 50_000]);
}
