/**
 * Writes what is made of the variables: `deno task schema`. A test sees that it is current.
 * @module
 */
import { urlOf, writtenFiles } from "./files.ts";

for (const file of writtenFiles) {
  const before = await Deno.readTextFile(urlOf(file)).catch(() => "");
  await Deno.writeTextFile(urlOf(file), file.content(before));
}
