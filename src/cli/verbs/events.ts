/** events: what happens to containers, volumes and networks, a line each. */
import { type Event, eventFilters, events as readEvents } from '../../container/events.ts';
import { printable } from '../../view/printable.ts';
import { template } from '../../view/template.ts';
import type { Given, Verb } from '../definition.ts';
import { parseFilters } from '../filters.ts';
import { say } from '../say.ts';
import { parseMoment } from '../times.ts';

/** Docker's keys. */
const shaped = ({ type, action, id, attributes, time }: Event): Record<string, unknown> => ({
  status: action,
  id,
  from: attributes.image ?? '',
  Type: type,
  Action: action,
  Actor: { ID: id, Attributes: attributes },
  scope: 'local',
  time: Math.floor(time / 1000),
  timeNano: time * 1e6,
});

/** `2025-01-31T12:00:00.000000000+01:00`, as it is here. */
function localTime(time: number): string {
  const zone = -new Date(time).getTimezoneOffset();
  const local = new Date(time + zone * 60_000).toISOString().replace('Z', '000000');
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${local}${zone < 0 ? '-' : '+'}${two(Math.floor(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`;
}

const line = ({ type, action, id, attributes, time }: Event): string => {
  const pairs = Object.entries(attributes).map(([name, value]) => `${name}=${value}`);
  return printable(`${localTime(time)} ${type} ${action} ${id}${pairs.length > 0 ? ` (${pairs.join(', ')})` : ''}`);
};

function formatter({ flags }: Given): (event: Event) => string {
  const format = flags.text('format');
  if (format === undefined) return line;
  if (format === 'json') return (event) => JSON.stringify(shaped(event));
  const compiled = template(format);
  return (event) => printable(compiled(shaped(event)));
}

export const events: Verb = async (given) => {
  const { flags } = given;
  const [since, until] = ['since', 'until'].map((name) => {
    const text = flags.text(name);
    return text === undefined ? undefined : parseMoment(text, `--${name}`);
  });
  const show = formatter(given);
  const filters = parseFilters(flags.all('filter'), eventFilters);
  const options = { filters, ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  for await (const event of readEvents(options)) say(show(event));
  return 0;
};
