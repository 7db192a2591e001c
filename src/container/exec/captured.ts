/** A command in a container whose output is read here: health checks. */
import { UsageError } from '../../kernel/errors.ts';
import { openPipe, readAll } from '../pipes.ts';
import { exitCodeOf } from '../run.ts';
import { findContainer } from '../store/find.ts';
import { joinContainer } from './join.ts';

/** @param timeout in milliseconds; then it is ended. @param most so many bytes of its output are kept. */
export async function execCaptured(
  id: string,
  command: string[],
  timeout: number,
  most: number,
): Promise<{ exitCode: number; output: string }> {
  const pipe = openPipe();
  let box: Awaited<ReturnType<typeof joinContainer>>;
  try {
    box = await joinContainer(findContainer(id), { command, stdio: [null, pipe.write, pipe.write] });
  } catch (error) {
    pipe.closeRead();
    if (error instanceof UsageError) return { exitCode: error.exitCode, output: error.message };
    throw error;
  } finally {
    pipe.closeWrite();
  }
  const output = readAll(pipe.read, most);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    box.process.kill();
  }, timeout);
  const exit = await box.wait();
  clearTimeout(timer);
  await box.close();
  // Somebody it has started may still hold the pipe: nobody waits for those.
  const text = await Promise.race([
    output.text,
    new Promise<string>((go) => setTimeout(() => go(output.sofar()), 200)),
  ]);
  output.stop();
  return late
    ? { exitCode: -1, output: `the check took longer than ${timeout} ms` }
    : { exitCode: exitCodeOf(exit), output: text };
}
