/** What the responder says to one question: addresses of containers, names of addresses; the rest is for upstream. */
import { addressBytes, addressFromBytes, formatAddress, tryAddress } from '../address.ts';
import { type Answer, CODE, encodeAnswer, encodeName, type Question, RECORD, reverseAddress } from './message.ts';

/** What the responder knows: the containers on the network it serves. */
export interface Directory {
  /** Addresses of both families of whoever answers to the name (lower case); empty when nobody does. */
  addressesOf(name: string): readonly string[];
  /** Names of whoever has the address; empty when nobody has. */
  namesOf(address: string): readonly string[];
}

/** Containers come and go: an answer is good for this many seconds. */
const TTL = 5;

/** The answer, or undefined when the question is not about a container. */
export function answer(question: Question, directory: Directory): Buffer | undefined {
  if (!question.internet) return undefined;
  if (question.type === RECORD.PTR) return answerReverse(question, directory);
  const addresses = directory.addressesOf(question.name).flatMap((text) => tryAddress(text) ?? []);
  if (addresses.length === 0) return undefined;
  // The name is a container's, so that whatever else is asked about it has an empty answer.
  const family = question.type === RECORD.A ? 4 : question.type === RECORD.AAAA ? 6 : undefined;
  const records = addresses
    .filter((address) => address.family === family)
    .map((address): Answer => ({ type: question.type, ttl: TTL, data: addressBytes(address) }));
  return encodeAnswer(question, CODE.OK, turned(records, question.id));
}

function answerReverse(question: Question, directory: Directory): Buffer | undefined {
  const address = addressFromBytes(reverseAddress(question.name) ?? Buffer.alloc(0));
  const names = address ? directory.namesOf(formatAddress(address)) : [];
  if (names.length === 0) return undefined;
  const records = names.map((name): Answer => ({ type: RECORD.PTR, ttl: TTL, data: encodeName(name) }));
  return encodeAnswer(question, CODE.OK, records);
}

/** Where several share a name, each comes first in turn (the query's id is as good as a random number). */
function turned<T>(list: readonly T[], by: number): T[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
