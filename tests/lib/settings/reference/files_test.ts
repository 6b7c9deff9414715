import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse } from "yaml";
import { withReference } from "../../../../lib/settings/reference/example.ts";
import { urlOf, writtenFiles } from "../../../../lib/settings/reference/files.ts";
import { variableGroups } from "../../../../lib/settings/reference/groups.ts";
import { hostVariables, type VariableName, variableNames } from "../../../../lib/settings/variables.ts";

/** What `deno fmt` breaks or joins in JSON is no difference. */
function read(path: string, text: string): unknown {
  return path.endsWith(".json") ? JSON.parse(text) : text;
}

for (const file of writtenFiles) {
  Deno.test(`${file.path} is what the variables say; if not, run \`deno task schema\``, async () => {
    const text = await Deno.readTextFile(urlOf(file));
    assertEquals(
      read(file.path, text),
      read(file.path, file.content(text)),
      `${file.path} is not current: run \`deno task schema\``,
    );
  });
}

Deno.test("variableGroups has every variable once", () => {
  const names = variableGroups.flatMap(({ variables }) => Object.keys(variables));
  assertEquals(names.toSorted(), [...variableNames].toSorted());
});

Deno.test("withReference() writes values that their variables take, when their lines are no comments", async () => {
  const example = writtenFiles.find(({ path }) => path === "inventory/example.yaml")!;
  const lines = (await Deno.readTextFile(urlOf(example))).matchAll(/^ {4}# ([a-z_]+): (.*)$/gm);
  const shown = new Set<string>();
  for (const [, name, value] of lines) {
    shown.add(name!);
    const { success } = hostVariables.shape[name as VariableName].safeParse(parse(value!));
    assert(success, `${name}: ${value}`);
  }
  const left = variableGroups.filter(({ isLeftOut }) => isLeftOut).flatMap(({ variables }) =>
    Object.keys(variables)
  );
  assertEquals([...shown, ...left].toSorted(), [...variableNames].toSorted());
});

Deno.test("withReference() leaves the rest of the file as it is, and says so if it cannot find its part", async () => {
  const example = writtenFiles.find(({ path }) => path === "inventory/example.yaml")!;
  const text = await Deno.readTextFile(urlOf(example));
  assertEquals(withReference(text.replace("# keep_backups: 5 ", "# keep_backups: 6 ")), text);
  assertThrows(() => withReference("all:\n"), Error, "lost the lines");
});
