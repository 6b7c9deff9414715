/**
 * What was encrypted by ansible-vault itself, with the password `secret`; the user's name with `other`, labelled `prod`.
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { loadInventory, settingsOf, toAnsibleList } from "../../../../lib/settings/mod.ts";
import { testWhere } from "../../../support.ts";
import { inFolder, problemsOf } from "../files.ts";

/** `2201` */
const PORT = `$ANSIBLE_VAULT;1.1;AES256
36623831303266313832363564626232393231656539376262396539346562356534643432666432
3634383566636533326331376266653131653965383036350a346439663337326561303236346134
33333636656130363633323766626465643339393934623764366435363632396332353364663062
3535336466656363340a343033363664663334343863356135373939666434313430613338333861
3262`;
/** `s3cret-user` */
const USER = `$ANSIBLE_VAULT;1.2;AES256;prod
62373835623732633836386264353237343636623332666634383531623730333063313234353661
3266396333383063653931386331376136393862646566620a333230396432366236343062663533
65636131393332666633616133646237363639383730653265353263316164623162303434356430
3761313235366364630a633732626137396236633530376264326534633663326137313438373539
3637`;
/** `ansible_user: operator`, `deploy_path: "/opt/{{ who }}"`, `who: hidden-name` */
const FILE = `$ANSIBLE_VAULT;1.1;AES256
63396534326236323365393734376566623434656431663862656134333263396239303437376663
3632306237646665303633653962386639326439383335640a306137613338623764626462633332
37633437353064666265636531383636653264383364363637616131613061373932336236323535
6631623430366662350a366637356465653063633130656433306638363730643261366532333764
35643062346538323133343730356563323865613634303135326530353663613030646336653337
32663833393539366263363966346365363938623930613261383338656163373536313965316561
38393236633265663438356361333439653036613261383530613836613933623136316263613265
33396538656165313937`;
/** `keep_backups: hush-hush` */
const WRONG = `$ANSIBLE_VAULT;1.1;AES256
38303335343634383865376137346335636566653461303231623563333239333034323064396433
3235346163633565633036346164353634393430653361390a333666353138643861656639383335
39656635653231333738623231653265616637623263333038356332343364346564303164393735
6433663437656665640a373739663733643235366438326230346130306237623136323939613430
64643962336334353935616234393631363864346164343534326237383835666663`;
/** `[web]`, `h2 artifacts_dir=hush-path` */
const INI = `$ANSIBLE_VAULT;1.1;AES256
39323661626663623561353237623337663233626332306539346138333066666637656531373834
3437643836356133386362303939626164323562623231650a363238356134383530313166623839
34396638346665323138663565323630303733323732346261666163353837656230396530393337
3534396665323266660a336233366630613662336362353633386534643930613564636634313235
37323066303435373961616338333263356337393966356132333330663833666262656261373636
3736373664663665666533666433386166316539303435333963`;

const block = (name: string, text: string) =>
  `    ${name}: !vault |\n${text.split("\n").map((line) => `      ${line}\n`).join("")}`;
const INLINE = `all:\n  hosts: {h: }\n  vars:\n${block("ansible_port", PORT)}${block("ansible_user", USER)}`;
const PASSWORDS = {
  "pass": "secret\n",
  "other": "other",
  "ask.sh": "#!/bin/sh\necho secret\n",
  "none": "\n",
};

const options = (cwd: string) => ({ extraVars: [], env: {}, cwd });

Deno.test("loadInventory() opens single values, if the passwords are given by file, label or environment", () =>
  inFolder({ ...PASSWORDS, "hosts.yaml": INLINE }, async (cwd) => {
    for (
      const given of [
        { vaultPasswordFiles: ["pass", "other"] },
        { vaultIds: ["prod@other", "default@pass"] },
        { vaultIds: ["prod@other"], env: { ANSIBLE_VAULT_PASSWORD_FILE: "pass" } },
      ]
    ) {
      const inventory = await loadInventory(["hosts.yaml"], { ...options(cwd), ...given });
      const { port, user } = settingsOf(inventory.hosts[0]!, { cwd, env: {} });
      assertEquals([port, user], [2201, "s3cret-user"]);
      const listed = JSON.stringify(toAnsibleList(inventory));
      assertStringIncludes(listed, JSON.stringify({ __ansible_vault: `${PORT}\n` }));
      assert(!listed.includes("2201") && !Deno.inspect(inventory).includes("s3cret-user"));
    }
  }));

Deno.test("loadInventory() leaves a value sealed until it is needed, if no password opens it", () =>
  inFolder({ ...PASSWORDS, "hosts.yaml": INLINE }, async (cwd) => {
    const without = await loadInventory(["hosts.yaml"], options(cwd));
    assertEquals(await problemsOf(() => settingsOf(without.hosts[0]!, { cwd, env: {} })), [
      "hosts.yaml:4:26: all.vars.ansible_port: found a value encrypted by ansible-vault, and no password for it",
      "    give --vault-password-file FILE, or set ANSIBLE_VAULT_PASSWORD_FILE",
      "hosts.yaml:11:26: all.vars.ansible_user: found a value encrypted by ansible-vault, and no password for it",
      "    give --vault-password-file FILE, or set ANSIBLE_VAULT_PASSWORD_FILE",
    ]);
    const wrong = await loadInventory(["hosts.yaml"], { ...options(cwd), vaultPasswordFiles: ["pass"] });
    assertEquals(await problemsOf(() => settingsOf(wrong.hosts[0]!, { cwd, env: {} })), [
      "hosts.yaml:11:26: all.vars.ansible_user: found a value encrypted by ansible-vault, which the password that " +
      "was given does not decrypt",
      '    it was encrypted with the password labelled "prod"',
    ]);
  }));

Deno.test("loadInventory() prints nothing of an encrypted file, if it is used or is wrong", () =>
  inFolder(
    {
      ...PASSWORDS,
      "hosts": "[web]\nh1\n",
      "more": INI,
      "group_vars/web.yml": FILE,
      "bad/hosts": "x\n",
      "bad/group_vars/all": WRONG,
    },
    async (cwd) => {
      const given = { ...options(cwd), vaultPasswordFiles: ["pass"] };
      const inventory = await loadInventory(["hosts", "more"], given);
      const [first, second] = inventory.hosts.map((host) => settingsOf(host, { cwd, env: {} }));
      assertEquals([first!.user, first!.deployPath], ["operator", "/opt/hidden-name"]);
      assertEquals(second!.artifactsDir, join(cwd, "hush-path"));
      const printed = JSON.stringify(toAnsibleList(inventory)) + Deno.inspect(inventory, { depth: 9 });
      for (const word of ["operator", "hidden-name", "hush-path"]) assert(!printed.includes(word), word);
      assertStringIncludes(printed, '"ansible_user":{"__ansible_vault":"in group_vars/web.yml"}');

      const bad = await loadInventory(["bad/hosts"], given);
      const problems = (await problemsOf(() => settingsOf(bad.hosts[0]!, { cwd, env: {} }))).join("\n");
      assertStringIncludes(
        problems,
        "bad/group_vars/all:1:15: keep_backups: found a value encrypted by ansible-vault",
      );
      assert(!problems.includes("hush"));
      assertStringIncludes(
        (await problemsOf(() => loadInventory(["more"], options(cwd)))).join("\n"),
        "more: found a file encrypted by ansible-vault, and no password for it",
      );
    },
  ));

testWhere(
  "loadInventory() asks a program for the password, if the file is one",
  { needs: ["linux"] },
  () =>
    inFolder({
      ...PASSWORDS,
      "hosts.yaml": INLINE,
      "client-client.sh": '#!/bin/sh\n[ "$2" = prod ] && echo other\n',
    }, async (cwd) => {
      await Deno.chmod(join(cwd, "ask.sh"), 0o755);
      await Deno.chmod(join(cwd, "client-client.sh"), 0o755);
      const inventory = await loadInventory(["hosts.yaml"], {
        ...options(cwd),
        vaultPasswordFiles: ["ask.sh"],
        vaultIds: ["prod@client-client.sh"],
      });
      assertEquals(settingsOf(inventory.hosts[0]!, { cwd, env: {} }).user, "s3cret-user");
    }),
);

Deno.test("loadInventory() refuses a password, if there is none in its file or nobody to type it", () =>
  inFolder({ ...PASSWORDS, "hosts": "h\n" }, async (cwd) => {
    const problems = await problemsOf(() =>
      loadInventory(["hosts"], {
        ...options(cwd),
        vaultPasswordFiles: ["none", "gone"],
        vaultIds: ["a@prompt"],
      })
    );
    assertEquals(
      problems.filter((line) => !line.startsWith(" ")).map((line) => line.slice(0, 60)),
      [
        '--vault-id: found "a@prompt", expected a file: Lockstep nevew',
        "--vault-password-file: none: found nothing, expected a passw",
        "--vault-password-file: gone: cannot read this file: ENOENT: ",
      ].map((line) => line.slice(0, 60)),
    );
  }));
