/** Networks and published ports. The "host" is a network namespace of the test's own: nothing of the machine's network is touched. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, witness } from '../support.ts';
import { command, type Ended, Running, start } from './program.ts';

const host = `mdt${process.pid.toString(36)}net`;
const through = ['nsenter', `--net=/run/netns/${host}`];
const env = { MINIDOCKER_NETWORK: '' };

const run = (...args: string[]): Promise<Ended> => command(args, { through, env });

async function say(line: string, ...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...line.split(' '), ...more);
  expect({ line, code, stderr }).toEqual({ line, code: 0, stderr });
  return stdout.trim();
}

/** Tells when a client has no more to say how much that was and who it is, and then says much itself; over UDP it says the same louder. */
const SERVE = `
  const udp = require('dgram').createSocket('udp6');
  udp.on('message', (text, from) => udp.send(text.toString().toUpperCase(), from.port, from.address));
  udp.bind(5353, '::', () => require('net').createServer({ allowHalfOpen: true }, (link) => {
    let size = 0;
    link.on('data', (part) => { size += part.length; });
    link.on('end', () => link.end(size + ' from ' + link.remoteAddress.replace('::ffff:', '') + ' ' + '.'.repeat(3000000)));
    link.on('error', () => {});
  }).listen(80, '::', () => console.log('ready')));`;

/** A web server of the host's, on [::1] alone. */
const THERE_FIRST = `
  require('http').createServer((_, answer) => answer.end('mine')).listen(8090, '::1', () => console.log('ready'));`;

/** Asks the server at [::1]. */
const ASK = `
  const link = require('net').connect({ host: '::1', port: 8090, allowHalfOpen: true });
  let got = '';
  setTimeout(() => process.exit(), 10000).unref();
  link.on('data', (part) => { got += part; });
  link.on('error', () => process.exit());
  link.on('end', () => {
    const udp = require('dgram').createSocket('udp6');
    udp.on('message', (text) => { console.log(got.replace(/[.]{2,}/, (dots) => dots.length), String(text)); process.exit(); });
    udp.send('hello', 8053, '::1');
  });
  link.end('x'.repeat(2000000));`;

beforeAll(() => {
  witness('ip', 'netns', 'add', host);
  witness('ip', '-n', host, 'link', 'set', 'lo', 'up');
});

afterAll(async () => {
  const { tidyUp } = await import('./life.ts');
  const { stdout } = await run('ps', '-aq');
  if (stdout.trim() !== '') await run('rm', '-f', ...stdout.trim().split('\n'));
  await run('network', 'prune', '-f');
  await tidyUp();
  witness('ip', 'netns', 'del', host);
});

describe('networks', () => {
  it('create, ls, inspect, connect, disconnect, rm, prune', async () => {
    const id = await say(
      'network create --subnet 10.77.0.0/24 --gateway 10.77.0.9 --label a=1 -o com.docker.network.driver.mtu=1400 mine',
    );
    expect(await say('network ls --filter label=a -q')).toBe(id);
    expect(await say('network ls --no-trunc')).toMatch(/^NETWORK ID +NAME +DRIVER +SCOPE\n.*bridge/);
    expect(JSON.parse(await say('network inspect mine'))).toMatchObject([
      { Name: 'mine', IPAM: { Config: [{ Subnet: '10.77.0.0/24', Gateway: '10.77.0.9' }] }, Labels: { a: '1' } },
    ]);
    expect(await run('network', 'create', '--subnet', '10.77.0.0/25', 'over')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/mine/),
    });
    await say('run -d --name guest --network bridge host sleep 1000');
    await say('network connect --alias other --ip 10.77.0.7 mine guest');
    expect(await say('exec guest ip -4 -o addr')).toMatch(/10\.77\.0\.7\/24/);
    expect(await run('network', 'rm', 'mine')).toMatchObject({ code: 1, stderr: expect.stringMatching(/in use/) });
    await say('network disconnect mine guest');
    expect(await say('exec guest ip -4 -o addr')).not.toMatch(/10\.77/);
    await say('rm -f guest');
    expect(await say('network rm mine')).toBe('mine');
    await say('network create --internal --ipv6 inner');
    expect(await say('network prune -f')).toMatch(/^Deleted Networks:\ninner/);
    expect(await run('network', 'inspect', 'mine')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/does not exist/),
    });
  });
});

describe('run', () => {
  it('--network, --ip, --ip6, --mac-address, --network-alias, -p; port', async () => {
    await say('network create --subnet 10.78.0.0/24 --subnet fd00:78::/64 --ipv6 web');
    const flags = '--network web --ip 10.78.0.5 --ip6 fd00:78::5 --mac-address 02:42:0a:4e:00:05 --network-alias www';
    await say(
      `run -d --name server ${flags} -p 127.0.0.1:8088:80 -p 9099:99/udp busybox sh -c`,
      'echo served > /tmp/index.html; httpd -f -p 80 -h /tmp',
    );
    expect(await say('port server')).toBe('80/tcp -> 127.0.0.1:8088\n99/udp -> 0.0.0.0:9099');
    expect(await say('port server 80')).toBe('127.0.0.1:8088');
    expect(await run('port', 'server', '81')).toMatchObject({ code: 1 });
    expect(await say('ps --format {{.Ports}}')).toContain('127.0.0.1:8088->80/tcp');
    const seen = await say('exec server ip addr show eth0');
    for (const it of ['10.78.0.5/24', 'fd00:78::5/64', '02:42:0a:4e:00:05']) expect(seen).toContain(it);
    const fetch = (): string | undefined => {
      try {
        return execFileSync(through[0]!, [through[1]!, 'curl', '-s', '-m', '5', 'http://127.0.0.1:8088/'], {
          encoding: 'utf8',
        });
      } catch {
        return undefined;
      }
    };
    expect(await until(fetch, 30, 'an answer through the published port')).toBe('served\n');
    // Names are answered inside by the supervisor.
    const asked = async (name: string): Promise<boolean> =>
      (await run('run', '--rm', '--network', 'web', 'busybox', 'wget', '-q', '-O-', `http://${name}/`)).stdout ===
      'served\n';
    for (const name of ['server', 'www']) await until(() => asked(name), 40, `an answer by the name ${name}`);
    const taken = await run('run', '--rm', '-p', '127.0.0.1:8088:80', 'busybox', 'true');
    expect(taken).toMatchObject({ code: 125, stderr: expect.stringMatching(/8088/) });
    await say('rm -f server');
    await say('network rm web');
  });

  it('-p: also the [::1] of the host leads to the port, over TCP and UDP, whoever holds the container', async () => {
    const ask = async (): Promise<string> =>
      (await new Running([...through, process.execPath, '-e', ASK], { input: '' }).ended).stdout.trim();
    const listening = (): string => witness(through[0]!, through[1]!, 'ss', '-Hlntu', 'src', '[::1]').trim();
    let server: Running | undefined;
    const answers = async (expected: RegExp, by: string): Promise<void> => {
      if (server === undefined || server.child.exitCode !== null || server.child.signalCode !== null) {
        const pid = await until(async () => (await run('inspect', '-f', '{{.State.Pid}}', 'six')).stdout.trim(), 30);
        server = new Running(['nsenter', '-t', pid, '--net', process.execPath, '-e', SERVE], { input: '' });
        await server.says('ready');
      }
      await until(async () => expected.test(await ask()), 40, `an answer, by ${by}`);
    };
    const stop = async (): Promise<void> => {
      server?.child.kill('SIGKILL');
      await server?.ended;
    };
    const four = /^2000000 from 10\.79\.0\.1 3000000 HELLO$/;
    const six = /^2000000 from fd00:79::1 3000000 HELLO$/;

    try {
      await say('network create --subnet 10.79.0.0/24 six');
      await say('network create --subnet 10.80.0.0/24 --subnet fd00:79::/64 --ipv6 both');
      const ports = ['-p', '8090:80', '-p', '[::1]:8053:5353/udp'];
      const flags = (network: string): string[] => ['--rm', '--name', 'six', '--network', network, ...ports];
      const front = start(['run', ...flags('both'), 'host', 'sleep', '1000'], { through, env });
      await until(async () => (await run('ps', '-q', '--filter', 'name=six')).stdout !== '', 30, 'the container');
      await answers(six, 'the process of the foreground');
      await stop();
      await say('rm -f six');
      await front.ended;
      expect(listening()).toBe('');

      await say(`run -d ${flags('six').join(' ')} host sleep 1000`);
      await answers(four, 'the supervisor');
      const { killSupervisor } = await import('../container/support.ts');
      await killSupervisor();
      expect(listening()).toBe('');
      // Whoever looks next finds that there is none, and starts one.
      await say('ps');
      await answers(four, 'the next supervisor');
      await say('network disconnect six six');
      expect(await ask()).toBe('');
      await stop();
      await say('rm -f six');
      await until(() => listening() === '', 20, 'the ports to be free');

      // A program of the host's that is there first keeps what it has.
      server = new Running([...through, process.execPath, '-e', THERE_FIRST], { input: '' });
      await server.says('ready');
      expect(await run('run', '--rm', '-p', '[::1]:8090:80', 'host', 'true')).toMatchObject({
        code: 125,
        stderr: expect.stringMatching(/::1 port 8090\/tcp is taken by a program of this host/),
      });
      await say('run -d --rm --name six --network six -p 8090:80 host sleep 1000');
      expect(witness(through[0]!, through[1]!, 'curl', '-s', '-m', '5', 'http://[::1]:8090/')).toBe('mine');
      await say('rm -f six');
    } finally {
      await stop();
    }
    await say('network rm six both');
  });

  it('a container of the foreground, connected while it runs, finds its new neighbours by name', async () => {
    await say('network create late');
    const front = start(['run', '--rm', '--name', 'front', '--network', 'bridge', 'busybox', 'sleep', '1000'], {
      through,
      env,
    });
    await until(async () => (await run('ps', '-q', '--filter', 'name=front')).stdout !== '', 30, 'the container');
    await say('run -d --name neighbour --network late host sleep 1000');
    await say('network connect late front');
    const asked = async (): Promise<boolean> =>
      (await run('exec', 'front', 'ping', '-c', '1', '-W', '5', 'neighbour')).code === 0;
    await until(asked, 40, 'an answer by name');
    await say('rm -f front neighbour');
    expect(await front.ended).toMatchObject({ code: 137, stderr: '' });
    await say('network rm late');
  });

  it('--expose and --publish-all: each exposed port gets a free one of the host; of a range the first free one', async () => {
    await say('run -d --name quiet --network bridge --expose 81 host sleep 1000');
    expect(await say('ps --format {{.Ports}}')).toBe('81/tcp');
    expect(await say('port quiet')).toBe('');
    const flags = '--network bridge --expose 80 --expose 5000-5001/udp --publish-all -p 8100-8105:90';
    const serve = ['sh', '-c', 'echo open > /tmp/index.html; httpd -f -p 80 -h /tmp'];
    for (const name of ['first', 'second']) await say(`run -d --name ${name} ${flags} busybox`, ...serve);
    expect(await say('port first 90')).toBe('0.0.0.0:8100');
    expect(await say('port second 90')).toBe('0.0.0.0:8101');
    const lines = (await say('port first')).split('\n');
    expect(lines.map((it) => it.split(' -> ')[0]).sort()).toEqual(['5000/udp', '5001/udp', '80/tcp', '90/tcp']);
    const [{ Config, NetworkSettings }] = JSON.parse(await say('inspect first'));
    expect(Object.keys(Config.ExposedPorts).sort()).toEqual(['5000/udp', '5001/udp', '80/tcp', '90/tcp']);
    const port = NetworkSettings.Ports['80/tcp'][0].HostPort;
    expect(await say('ps --format {{.Ports}} --filter name=first')).toContain(`0.0.0.0:${port}->80/tcp`);
    const fetch = ['curl', '-s', '-m', '5', `http://127.0.0.1:${port}/`];
    const answer = async (): Promise<boolean> =>
      (await new Running([...through, ...fetch], { input: '' }).ended).stdout === 'open\n';
    await until(answer, 40, 'an answer through the port that was chosen');
    const wrong = await run('run', '--rm', '--expose', '80:80', 'host', 'true');
    expect(wrong).toMatchObject({ code: 125, stderr: expect.stringMatching(/exposed port "80:80"/) });
    await say('rm -f quiet first second');
  });

  it('--add-host, --dns, --dns-search, --dns-option, --network none and host', async () => {
    const flags = '--add-host db:1.2.3.4 --dns 9.9.9.9 --dns-search example.org --dns-option ndots:3';
    const text = await say(`run --rm --net bridge ${flags} host cat /etc/hosts /etc/resolv.conf`);
    for (const it of [/^1\.2\.3\.4\s+db$/m, /^search example\.org$/m, /^options .*ndots:3/m]) expect(text).toMatch(it);
    expect(await say('run --rm --network none host ls /sys/class/net')).toBe('lo');
    const shared = new Running([...through, 'readlink', '/proc/self/ns/net'], { input: '' });
    expect(await say('run --rm --network host host readlink /proc/self/ns/net')).toBe(
      (await shared.ended).stdout.trim(),
    );
    // Whose network it is, theirs are the names.
    const files = ['cat', '/etc/hosts', '/etc/resolv.conf'];
    const hosts = await new Running([...through, ...files], { input: '' }).ended;
    const lent = await run('run', '--rm', '--network', 'host', 'busybox', ...files);
    expect(lent).toEqual({ code: 0, stdout: hosts.stdout, stderr: '' });
    expect(await say('run --rm --network host host hostname')).toBe(witness('hostname').trim());
    expect(await say('run --rm --network host --hostname mine host hostname')).toBe('mine');
    await say('run -d --name lender --net bridge --add-host db:1.2.3.4 busybox sleep 1000');
    const its = await say('exec lender', ...files);
    expect(await say('run --rm --network container:lender busybox', ...files)).toBe(its);
    expect(its).toMatch(/^1\.2\.3\.4\s+db$/m);
    await say('rm -f lender');
    expect(await say('run --rm --network none busybox cat /etc/hosts')).toMatch(/^127\.0\.0\.1\s+localhost$/m);
    expect(await run('run', '--rm', '--network', 'nowhere', 'host', 'true')).toMatchObject({
      code: 125,
      stderr: expect.stringMatching(/nowhere/),
    });
  });
});
