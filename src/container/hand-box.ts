/** A box for work by hand: it takes limits as people write them. */
import { Box } from '../steps/box.ts';
import type { Observation } from '../steps/step.ts';
import * as steps from '../steps/steps.ts';
import { compileResources } from './compile/resources.ts';
import type { RunOptions } from './options.ts';
import { cgroupParent } from './paths.ts';

/** Limits by the names of Docker's flags: `{ memory: '64M', cpus: 0.5, pidsLimit: 20 }`. */
export type Limits = Omit<RunOptions, 'image' | 'command'>;

export class HandBox extends Box {
  /**
   * Makes its control group where there is none yet, and limits it.
   * @returns the files of those limits, as the kernel has them now. @throws UsageError for a limit that is none, or that this host cannot enforce.
   */
  async cgroup(limits: Limits): Promise<Observation> {
    const step = steps.limits(compileResources({ image: '', ...limits }));
    const path = this.config.linux.cgroupsPath ?? `${cgroupParent()}/${this.id}`;
    if (!this.has('cgroup')) await this.apply(steps.cgroup(path));
    await this.apply(step);
    return step.observe(this);
  }
}
