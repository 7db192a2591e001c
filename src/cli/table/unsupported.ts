/** What Docker has and we do not, with the reason: for the README, and for whoever types it. */

/** Docker's flags, by verb: the reason each. */
const run: Readonly<Record<string, string>> = {
  '-a, --attach': 'standard output and error always come through; -d detaches, -i opens standard input',
  '--blkio-weight-device': 'weights of single devices need an IO scheduler that hardly any system has on',
  '--cpu-rt-period': 'real-time groups are off in most kernels',
  '--cpu-rt-runtime': 'real-time groups are off in most kernels',
  '--disable-content-trust': 'there is no content trust',
  '--gpus': 'needs the vendor’s hook; name the device files with --device',
  '--isolation': 'Windows only',
  '--link': 'Docker calls it legacy; containers of one network find each other by name',
  '--link-local-ip': 'hardly used',
  '--log-driver': 'there is one, Docker’s json-file',
  '--runtime': 'this program is the runtime',
  '--storage-opt': 'overlayfs has no size limit of its own',
  '--use-api-socket': 'there is no API socket',
  '--volume-driver': 'there is one, local',
  '--volumes-from': 'name the volumes with -v',
  '--health-start-interval': 'the interval is the same from the start on',
  '--kernel-memory': 'Docker calls it deprecated; the kernel has no such limit any more',
  '--platform': 'what an image holds is what runs; a processor of another kind needs an emulator',
  '--pull': 'run loads nothing from a registry',
  '-q, --quiet': 'run loads nothing from a registry',
  '--cpu-count, --cpu-percent, --io-maxbandwidth, --io-maxiops': 'Windows only',
};

export const unsupportedFlags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  run,
  create: run,
  start: { '--checkpoint, --checkpoint-dir': 'experimental in Docker; needs CRIU' },
  ps: { '-s, --size': 'system df tells what is used' },
  inspect: { '-s, --size': 'system df tells what is used' },
  logs: { '--details': 'there are no log drivers that would have some' },
  rm: { '-l, --link': 'there are no links' },
  update: {
    '--cpu-rt-period, --cpu-rt-runtime': 'real-time groups are off in most kernels',
    '--kernel-memory': 'Docker calls it deprecated; the kernel has no such limit any more',
  },
};

/** Docker's container verbs that there are not. */
export const unsupportedVerbs: Readonly<Record<string, string>> = {
  commit: 'images are made elsewhere; export gives the files of a container as a tar archive',
};
