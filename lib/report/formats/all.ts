/**
 * Every format, one a line.
 * @module
 */
export { html } from "./html.ts";
export { json } from "./json.ts";
export { junit } from "./junit.ts";
export { markdown } from "./markdown.ts";
