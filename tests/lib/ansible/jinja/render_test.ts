import { assert, assertEquals, assertThrows } from "@std/assert";
import { evaluateFor, hostSoFar } from "../../../../lib/ansible/jinja/constructing.ts";
import { Excess, TemplateError, Unsupported } from "../../../../lib/ansible/jinja/values/template_error.ts";
import type { Json } from "../../../../lib/plain/json.ts";

/** What a template comes to for a host with these variables. */
function rendered(template: string, vars: Readonly<Record<string, Json>> = {}): Json {
  const origin = { file: "", line: 0, col: 0 };
  const settings = new Map(Object.entries(vars).map(([name, value]) => [name, { value, origin }]));
  const host = { name: "edge-1", source: "", groups: [], settings };
  return evaluateFor(hostSoFar(host, {}), template, { cwd: "/", withoutLookups: false }).value;
}

Deno.test("render() reaches nothing of the machine, if a template tries", () => {
  const templates = [
    "{{ ''.constructor.constructor('return Deno')() }}",
    "{{ ''['constructor'] }}",
    "{{ [].constructor }}{{ {}.constructor }}",
    "{{ {}.__proto__ }}",
    "{{ {}['__proto__'] }}",
    "{{ range.constructor }}",
    "{{ range.call }}",
    "{{ ''.upper.constructor }}",
    "{{ [1, 2].length }}{{ [1].map }}",
    "{{ (1).toString }}",
    "{{ toString }}",
    "{{ globalThis }}",
    "{{ Deno.exit(1) }}",
    "{{ {'a': 1}.hasOwnProperty('a') }}",
    "{{ [{}] | map(attribute='constructor.constructor') | list }}",
    "{{ [{}, {}] | sort(attribute='__proto__') }}",
    "{{ [''] | map('constructor') | list }}",
    "{{ '' | attr('constructor') }}",
    "{{ '' | constructor }}",
    "{{ '' is constructor }}",
    "{{ '{0.constructor}'.format('') }}",
    "{{ '{0[constructor]}'.format('') }}",
    "{{ '%(constructor)s' % {} }}",
    "{{ 'x' | regex_replace('(x)', '\\g<constructor>') }}",
    "{{ 'a'.__class__ }}{{ ''.format.__globals__ }}",
    "{{ lookup('pipe', 'id') }}",
    "{{ lookup('file', '/etc/passwd') }}",
    "{{ query('constructor', 'x') }}",
    "{{ 'http://h' | urlsplit('constructor') }}",
    "{% include '/etc/passwd' %}",
    "{% import 'x' as y %}",
    "{% set ns = namespace() %}{% set ns.__proto__ = 1 %}{{ {}.a.b }}",
  ];
  for (const template of templates) {
    assertThrows(() => rendered(template), TemplateError, undefined, template);
  }
  assertEquals(
    rendered("{{ {'__proto__': 1, 'constructor': 2} }}"),
    JSON.parse('{"__proto__": 1, "constructor": 2}'),
  );
  assertEquals(rendered("{% set __proto__ = {'polluted': 1} %}{{ __proto__.polluted }}"), "1");
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("render() gives up within its bounds, if a template would take for ever or come to too much", () => {
  const templates = [
    "{{ range(10**9) }}",
    "{{ 'x' * 10**9 }}",
    "{{ [0] * 10**9 }}",
    "{{ 2 ** 100000 }}",
    "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
    "{% set n = namespace(x='xxxxxxxxxx') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
    "{{ ''.join(['x' * 100000] * 1000) }}",
    "{{ (['x' * 100000] * 1000) | join }}",
    "{{ ('x' * 1000000).replace('', 'y' * 1000000) }}",
    "{{ '%1000000000s' % 'x' }}{{ '{:1000000000}'.format('x') }}",
    "{{ 'x'.ljust(10**9) }}{{ 'x' | center(10**9) }}{{ 'x\ny' | indent(10**9) }}",
    "{{ 'a' | regex_replace('', 'x' * 1000000) ~ ('a' * 1000) | regex_replace('', 'x' * 1000000) }}",
    "{{ range(99999) | list | difference(range(99999) | list) }}",
    "{{ ([[]] * 1000) | product([[]] * 1000, [[]] * 1000) | list }}",
    `{{ ${"[".repeat(1000)}${"]".repeat(1000)} }}`,
    `{{ ${"not ".repeat(100_000)}x }}`,
    `{{ 1${" + 1".repeat(20_000)} }}`,
    `{{ x${"x".repeat(200_000)} }}`,
  ];
  for (const template of templates) {
    const start = performance.now();
    assertThrows(() => rendered(template), TemplateError, undefined, template.slice(0, 80));
    assert(performance.now() - start < 5000, template.slice(0, 80));
  }
});

Deno.test("render() stops a regular expression that doubles with each letter, and does not try it again", () => {
  const vars = { text: `${"a".repeat(40)}b` };
  const template = "{{ text | regex_search('^(a+)+$') }}";
  assertThrows(() => rendered(template, vars), Excess, "takes longer than 2 s");
  const start = performance.now();
  for (let time = 0; time < 1000; time++) assertThrows(() => rendered(template, vars), Excess);
  assert(performance.now() - start < 1000);
});

Deno.test("render() tells what Ansible could evaluate from what nobody could, if it refuses", () => {
  const unsupported = [
    "{{ 'x' | ipaddr }}",
    "{% macro m() %}{% endmacro %}",
    "{{ lookup('file', 'x') }}",
    "{{ [].append(1) }}",
  ];
  for (const template of unsupported) {
    assertThrows(() => rendered(template), Unsupported, undefined, template);
  }
  for (const template of ["{{ missing }}", "{{ 'a' < 1 }}", "{{ 1 / 0 }}", "{{ 'a' + 1 }}"]) {
    const error = assertThrows(() => rendered(template), TemplateError, undefined, template);
    assert(!(error instanceof Unsupported), template);
  }
});
