import { describe, expect, it } from 'vitest';
import { statusText } from '../../src/cli/status-text.ts';

const now = new Date('2025-01-01T12:00:00Z');
const earlier = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();

describe('the state of a container in words', () => {
  it.each([
    [{ status: 'created' }, 'Created'],
    [{ status: 'dead' }, 'Dead'],
    [{ status: 'running', startedAt: earlier(0) }, 'Up Less than a second'],
    [{ status: 'running', startedAt: earlier(3) }, 'Up 3 seconds'],
    [{ status: 'running', startedAt: earlier(90), health: 'healthy' }, 'Up About a minute (healthy)'],
    [{ status: 'running', startedAt: earlier(7), health: 'starting' }, 'Up 7 seconds (health: starting)'],
    [{ status: 'paused', startedAt: earlier(7200) }, 'Up 2 hours (Paused)'],
    [{ status: 'exited', exitCode: 137, finishedAt: earlier(7200) }, 'Exited (137) 2 hours ago'],
    [{ status: 'exited', exitCode: null, finishedAt: earlier(1) }, 'Exited (unknown) 1 second ago'],
    [{ status: 'restarting', exitCode: 1, finishedAt: earlier(4) }, 'Restarting (1) 4 seconds ago'],
  ])('%j', (standing, expected) => {
    expect(statusText(standing, now)).toBe(expected);
  });
});
