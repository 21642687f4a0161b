import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDirectory } from '../../src/build/build-directory.ts';
import { type BuildRecord, findBuild, writeRecord } from '../../src/build/build-records.ts';
import { ownIdentity } from '../../src/foundation/process-identity.ts';
import { type BuildSandbox, buildSandbox, faultyKickstart } from '../support/build-sandbox.ts';
import { type CompiledCli, compileCli } from '../support/compiled-cli.ts';
import { type StartedKiln, startKiln } from '../support/started-kiln.ts';
import { buildTestInstaller, type TestInstaller } from '../support/test-installer.ts';

/** `kiln builds serve` in a real browser, beside real builds with the test installer. */

const WAIT = { timeout: 180_000 };
const HOSTILE = '<script>document.title = "owned"</script><img src=x onerror="document.title = \'owned\'">';

let installer: TestInstaller;
let program: CompiledCli;
let sandbox: BuildSandbox;
let server: StartedKiln;
let url: string;
let browser: Browser;
let page: Page;
/** What the browser complained of, and what it asked other servers for. */
const complaints: string[] = [];

const state = (): string => sandbox.context.places.state;
const kiln = (...args: readonly string[]): StartedKiln => startKiln(program.main, sandbox, args);

beforeAll(async () => {
  installer = await buildTestInstaller();
  program = await compileCli();
  sandbox = buildSandbox();
  server = kiln('builds', 'serve', '--no-open', '--json');
  await server.reached(/"type":"serving"/);
  ({ url } = JSON.parse(server.stdout()) as { url: string });
  // Chromium's own sandbox does not work for root, as whom CI may run.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
  // A context, so that a foreign page can share its cookies.
  page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'data:' && host !== new URL(url).host) complaints.push(request.url());
  });
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(url);
});
afterAll(async () => {
  await browser?.close();
  server?.child.kill('SIGINT');
  expect(await server?.ended()).toBe(0);
  await program?.remove();
  sandbox?.remove();
});

/** Starts a build apart from us. @returns its id */
async function detached(fault: string, name: string, ...more: readonly string[]): Promise<string> {
  const script = sandbox.script(faultyKickstart(fault), `${name}.ks`);
  const starting = kiln(
    ...['build', 'kiln-test', '--location', installer.iso, '--no-boot-check', '--format', 'raw'],
    ...['--script', script, '--output', name, '--detach', '--quiet', ...more],
  );
  expect(await starting.ended(), starting.output()).toBe(0);
  return starting.stdout().trim();
}

const listed = (id: string) => page.locator(`[data-build="${id}"]`);
const hasStatus = (id: string, status: string) => listed(id).locator(`.status.${status}`).waitFor(WAIT);
const tab = (name: string) => page.getByRole('tab', { name, exact: true }).click();
const consoleShows = (text: string) =>
  page.locator('.xterm-rows').filter({ hasText: text }).first().waitFor(WAIT);

/** Different colours of the guest's screen, as the browser has them. */
const coloursOfScreen = (): Promise<number> =>
  page.locator('.screen canvas').evaluate((element) => {
    const canvas = element as unknown as {
      width: number;
      height: number;
      getContext(kind: '2d'): {
        getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
      };
    };
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set<number>();
    for (let at = 0; at < data.length; at += 4) {
      colours.add(((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0));
    }
    return colours.size;
  });

describe('kiln builds serve', () => {
  it('a build while it installs: list, timeline, console, screen; its Kiln is killed, and the page resumes it', async () => {
    const id = await detached('slow packages=12 slow=2', 'slow');
    await listed(id).click(WAIT);
    const install = page.locator('[data-stage="install"]');
    await install.waitFor(WAIT);
    await consoleShows('KILN TEST INSTALLER');
    const bar = page.locator('progress');
    await bar.first().waitFor(WAIT);
    const before = Number(await bar.last().getAttribute('value'));
    await expect
      .poll(async () => Number(await bar.last().getAttribute('value')), WAIT)
      .toBeGreaterThan(before);
    await tab('Screen');
    await page.getByText('Live.').waitFor(WAIT);
    await expect.poll(coloursOfScreen, WAIT).toBeGreaterThan(1);

    process.kill((await findBuild(state(), id)).process.pid, 'SIGKILL');
    await hasStatus(id, 'interrupted');
    await page.getByRole('button', { name: 'Resume' }).click(WAIT);
    await hasStatus(id, 'succeeded');
    const verify = page.locator('[data-stage="verify"][data-state="done"]');
    await verify.waitFor(WAIT);
    expect(await verify.innerText()).toContain('Verify the disk');
    expect(await install.getAttribute('data-state')).toBe('done');
    expect((await findBuild(state(), id)).images).toHaveLength(1);
  });

  it('a failed build: its evidence, and a kept guest that takes an answer', async () => {
    const id = await detached('prompt', 'asks', '--on-error', 'keep');
    await listed(id).click(WAIT);
    await hasStatus(id, 'failed');
    await page.locator('main h1 .failed').waitFor(WAIT);
    await consoleShows('Do you really want this?');
    // Read only until the button is pressed.
    await page.locator('.xterm-helper-textarea').focus();
    await page.keyboard.type('unasked\n');
    await page.getByRole('button', { name: 'Type into the console' }).click();
    await page.getByText('What you type goes to the guest.').waitFor(WAIT);
    await page.keyboard.type('kiln\n');
    await consoleShows("the answer was 'kiln'");

    await tab('Evidence');
    await page.locator('.evidence .error').filter({ hasText: '[install.prompt]' }).waitFor(WAIT);
    await page.locator('.evidence pre').filter({ hasText: 'Do you really want this?' }).waitFor(WAIT);
    const picture = page.locator('.evidence img').first();
    await expect
      .poll(
        () => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
        WAIT,
      )
      .toBeGreaterThan(100);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('Download everything as one archive').click(),
    ]);
    expect(download.suggestedFilename()).toBe(`kiln-report-${id}.tar.gz`);
    expect(await download.failure()).toBeNull();
    expect(await kiln('builds', 'clean', id).ended()).toBe(0);
  });

  it('the stop button', async () => {
    const id = await detached('hang', 'hangs');
    await listed(id).click(WAIT);
    await consoleShows('KILN TEST INSTALLER');
    await page.getByRole('button', { name: 'Stop' }).click();
    await hasStatus(id, 'cancelled');
  });

  it('a name with markup is shown as it is written', async () => {
    const record: BuildRecord = {
      ...{ id: 'ffff0001', name: HOSTILE, status: 'failed', process: ownIdentity(), images: [] },
      ...{ directory: join(sandbox.folder, 'hostile'), startedAt: '2026-01-01T00:00:00.000Z' },
      ...{ error: { code: 'install.failed', message: HOSTILE }, kept: false, unclean: false },
    };
    const { logs, failure, serialLog } = buildDirectory(record.directory, record.id);
    mkdirSync(logs, { recursive: true });
    writeFileSync(
      serialLog,
      // The count would hold a terminal up for minutes.
      `${HOSTILE}\r\n\u001b[2147483647S\u001b]0;owned\u0007\u001b]8;;http://owned.example\u0007here\u001b]8;;\u0007\r\n`,
    );
    writeFileSync(
      failure,
      JSON.stringify({ code: 'install.failed', message: HOSTILE, consoleTail: [HOSTILE] }),
    );
    writeFileSync(join(logs, `${HOSTILE.replaceAll('/', '')}.png`), 'no picture');
    await writeRecord(state(), record);
    await listed('ffff0001').click(WAIT);
    await page.locator('main h1').filter({ hasText: HOSTILE }).waitFor(WAIT);
    expect(await listed('ffff0001').locator('.name').textContent()).toBe(HOSTILE);
    await page.locator('.evidence pre').filter({ hasText: HOSTILE }).waitFor(WAIT);
    await tab('Console');
    await consoleShows('here');
    expect(await page.locator('.xterm a, main script').count()).toBe(0);
    expect(await page.title()).toBe('Kiln: builds');
  });

  it('a wrong token and pages of other origins are refused', async () => {
    const stranger = await browser.newContext();
    const asking = await stranger.newPage();
    const wrong = url.replace(/token=.*/, `token=${'0'.repeat(32)}`);
    expect((await asking.goto(wrong))?.status()).toBe(401);
    await stranger.close();

    // The same browser, with the cookie: a page of another server of this host knows even the path.
    const foreign = createServer((_request, response) => response.end('<title>foreign</title>')).listen(
      0,
      '127.0.0.1',
    );
    await once(foreign, 'listening');
    const { port } = foreign.address() as AddressInfo;
    const evil = await page.context().newPage();
    await evil.goto(`http://127.0.0.1:${port}/`);
    const target = new URL('live/builds', page.url().replace(/^http/, 'ws')).href;
    const outcome = await evil.evaluate(
      (address) =>
        new Promise<string>((settle) => {
          const socket = new WebSocket(address);
          socket.onopen = () => settle('open');
          socket.onerror = () => settle('refused');
        }),
      target,
    );
    expect(outcome).toBe('refused');
    const read = await evil.evaluate(
      (address) => fetch(address, { credentials: 'include' }).then(String, () => 'refused'),
      new URL('api/builds/ffff0001', page.url()).href,
    );
    expect(read).toBe('refused');
    await evil.close();
    foreign.close();
  });

  it('nothing was loaded from elsewhere, and nothing broke the policy', () => {
    expect(complaints).toEqual([]);
  });
});
