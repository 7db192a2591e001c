/** Looking at containers, changing them, cleaning up: each verb with its flags. */
import { afterEach, describe, expect, it } from 'vitest';
import { fails, field, tidyUp } from './life.ts';
import { command, say } from './program.ts';

afterEach(tidyUp);

describe('looking', () => {
  it('logs: what a terminal showed, after its end', async () => {
    const shown = { stdout: '/dev/pts/0\r\n' };
    expect(await command(['run', '-t', '--name', 'shown', 'host', 'sh', '-c', 'tty; exit 3'])).toMatchObject({
      code: 3,
      ...shown,
    });
    expect(await command(['logs', 'shown'])).toMatchObject({ code: 0, ...shown });
    await say('rm shown');
  });

  it('logs: --tail --timestamps --since --until -f, standard error apart', async () => {
    await say(
      'run -d --name log host sh -c',
      'for i in 1 2 3; do echo line $i; done; echo bad >&2; sleep 1; echo late',
    );
    await say('wait log');
    expect(await command(['logs', 'log'])).toEqual({
      code: 0,
      stdout: 'line 1\nline 2\nline 3\nlate\n',
      stderr: 'bad\n',
    });
    expect((await command(['logs', '-n', '1', 'log'])).stdout).toBe('late\n');
    expect((await command(['logs', '--tail', 'all', 'log'])).stdout).toMatch(/^line 1/);
    expect((await command(['logs', '-t', 'log'])).stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z line 1\n/);
    const times = (await command(['logs', '-t', 'log'])).stdout.split('\n').map((it) => it.split(' ')[0]!);
    expect((await command(['logs', '--since', times[3]!, 'log'])).stdout).toBe('late\n');
    expect((await command(['logs', '--until', times[2]!, 'log'])).stdout).not.toContain('late');
    expect((await command(['logs', '-f', 'log'])).stdout).toMatch(/late\n$/);
    await fails(1, /--tail: "x"/, 'logs', '--tail', 'x', 'log');
    await say('rm log');
  });

  it('ps: -a -q -n -l --no-trunc --filter --format, inspect: --type --format json', async () => {
    const first = await say('create --name one --label a=1 host true');
    const second = await say('run -d --name two --label a=2 busybox sleep 1000');
    expect(await say('ps -q')).toBe(second.slice(0, 12));
    expect(await say('ps -a -q --no-trunc')).toBe(`${second}\n${first}`);
    expect(await say('ps -l -q')).toBe(second.slice(0, 12));
    expect(await say('ps -n 5 -q')).toBe(`${second.slice(0, 12)}\n${first.slice(0, 12)}`);
    expect(await say('ps')).toMatch(
      /^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES\n[0-9a-f]{12} +busybox +"sleep 1000" +.* ago +Up .* two$/,
    );
    for (const [filter, names] of [
      ['label=a', 'two one'],
      ['label=a=1', 'one'],
      ['name=tw', 'two'],
      ['status=created', 'one'],
      ['ancestor=busybox', 'two'],
      [`id=${first.slice(0, 20)}`, 'one'],
      ['before=two', 'one'],
      ['since=one', 'two'],
    ])
      expect([filter, (await say(`ps -a --filter ${filter} --format {{.Names}}`)).replace('\n', ' ')]).toEqual([
        filter,
        names,
      ]);
    expect(JSON.parse(await say('ps --format json'))).toMatchObject({
      Names: 'two',
      State: 'running',
      Image: 'busybox',
    });
    expect(await say('ps --format', 'table {{.Names}}\\t{{.Image}}')).toBe('NAMES   IMAGE\ntwo     busybox');
    await fails(1, /--filter: "nope"/, 'ps', '--filter', 'nope=1');
    await fails(1, /there is no field "Nope"/, 'ps', '--format', '{{.Nope}}');
    expect(JSON.parse(await say('inspect --format json one two'))).toMatchObject([{ Name: '/one' }, { Name: '/two' }]);
    expect(await say('inspect --type container -f', '{{json .Config.Labels}}', 'one')).toBe('{"a":"1"}');
    await say('rm -f one two');
  });

  it('stats, update', async () => {
    await say('run -d --name st -m 64m --pids-limit 50 host sh -c', 'while :; do :; done');
    const usage = JSON.parse(await say('stats --no-stream --format json st'));
    expect(usage).toMatchObject({ Name: 'st', MemUsage: expect.stringMatching(/ \/ 64MiB$/), PIDs: '1' });
    expect(Number.parseFloat(usage.CPUPerc)).toBeGreaterThan(1);
    expect(await say('stats --no-stream -a --no-trunc')).toMatch(/^CONTAINER ID +NAME +CPU %/);
    await say(
      'update -m 128m --memory-swap -1 --memory-reservation 32m --cpus 0.5 --pids-limit 20 --restart on-failure:2 st',
    );
    expect(await field('st', '.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.RestartPolicy.Name')).toBe(
      `${128 * 2 ** 20} 20 on-failure`,
    );
    expect(await say('stats --no-stream --format {{.MemUsage}} st')).toMatch(/128MiB/);
    await say('update -c 512 --cpuset-cpus 0 --cpuset-mems 0 st');
    expect(await field('st', '.HostConfig.CpuShares}} {{.HostConfig.CpusetCpus')).toBe('512 0');
    await fails(1, /nothing is to be changed/, 'update', 'st');
    await fails(1, /--memory: "x"/, 'update', '-m', 'x', 'st');
    await say('rm -f st');
  });

  it('events: --since --until --filter --format', async () => {
    const since = new Date().toISOString();
    await say('run --name ev --rm host true');
    const seen = (await say(`events --since ${since} --until 0s --filter container=ev --format`, '{{.Action}}')).split(
      '\n',
    );
    expect(seen).toEqual(['create', 'start', 'die', 'destroy']);
    expect(await say(`events --since ${since} --until 0s --filter event=die`)).toMatch(
      / container die [0-9a-f]{64} \(.*exitCode=0/,
    );
    expect(JSON.parse(await say(`events --since ${since} --until 0s -f event=start --format json`))).toMatchObject({
      Type: 'container',
      Action: 'start',
    });
  });
});

describe('cleaning up', () => {
  it('container prune -f --filter, system df, system info, system prune', async () => {
    await say('create --name old --label keep=no host true');
    await say('create --name kept --label keep=yes host true');
    expect(await say('system df')).toMatch(/^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\n/);
    expect(await say('info -f {{.Containers}}')).toBe('2');
    expect(JSON.parse(await say('system info --format json'))).toMatchObject({ ContainersStopped: 2 });
    expect(await say('container prune -f --filter label=keep=no')).toMatch(
      /^Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: /,
    );
    expect(await say('ps -a --format {{.Names}}')).toBe('kept');
    await fails(1, /add --force/, 'container', 'prune');
    expect(await say('system prune -f --volumes')).toMatch(/Deleted Containers/);
    expect(await say('ps -aq')).toBe('');
  });
});
