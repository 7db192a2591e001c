/** What goes on without us: restart policies, health checks, log rotation. */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { until } from '../support.ts';
import { fails, field, status, tidyUp } from './life.ts';
import { say } from './program.ts';

afterEach(tidyUp);

it('--restart on-failure:n tries so often, and not after success', async () => {
  await say('run -d --name again --restart on-failure:2 host sh -c', 'exit 5');
  await until(
    async () => (await field('again', '.RestartCount}} {{.State.Status}} {{.State.ExitCode')) === '2 exited 5',
    40,
  );
  await say('run -d --name once --restart on-failure host true');
  await until(async () => (await status('once')) === 'exited');
  expect(await field('once', '.RestartCount')).toBe('0');
});

it('--restart always comes back, until it is stopped', async () => {
  await say('run -d --name always --restart always host sh -c', 'sleep 0.2');
  await until(async () => Number(await field('always', '.RestartCount')) >= 2, 40);
  await say('stop always');
  expect(await status('always')).toBe('exited');
  await fails(125, /--restart/, 'run', '-d', '--rm', '--restart', 'always', 'host', 'true');
  await fails(125, /--restart/, 'run', '-d', '--restart', 'sometimes', 'host', 'true');
});

it('--health-cmd and its kin', async () => {
  const flags = '--health-interval 100ms --health-timeout 5s --health-retries 2 --health-start-period 0s';
  await say(`run -d --name well ${flags} --health-cmd`, 'test -e /tmp/well', 'host', 'sleep', '1000');
  await until(async () => (await field('well', '.State.Health.Status')) === 'unhealthy', 40);
  await say('exec well touch /tmp/well');
  await until(async () => (await field('well', '.State.Health.Status')) === 'healthy', 40);
  expect(await say('ps --filter health=healthy --format {{.Status}}')).toMatch(/^Up .* \(healthy\)$/);
  await say('run -d --name unchecked --no-healthcheck host sleep 1000');
  expect(await say('inspect -f', '{{json .State}}', 'unchecked')).not.toContain('Health');
});

it('--log-opt max-size, max-file: the log is turned over', async () => {
  await say('run --name wordy -d --log-opt max-size=10k --log-opt max-file=3 host sh -c', 'seq 1 3000');
  await say('wait wordy');
  const path = await field('wordy', '.LogPath');
  const files = readdirSync(dirname(path)).filter((it) => /^log\.json(\.\d+)?$/.test(it));
  expect(files.length).toBeGreaterThanOrEqual(2);
  expect(files.length).toBeLessThanOrEqual(3);
  expect((await say('logs -n 1 wordy')).trim()).toBe('3000');
});
