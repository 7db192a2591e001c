// Loads a bundle together with what V8 made of it at an earlier start (its code cache), which spares a third of a command's start-up.
const fs = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

/** What was kept by this very Node; undefined where nothing was. V8 itself refuses what does not fit the source or its version. */
function kept(file) {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

function removeQuietly(file) {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // It was never made.
  }
}

/**
 * @param {string} file a CommonJS bundle, plain ASCII
 * @returns its exports, and what keeps all that has been compiled by now for the next start, where that was not done yet
 */
exports.load = (file) => {
  // Beside the bundle, not in /tmp, where others could put something in its place.
  const cache = `${file}.${process.version}-${process.arch}`;
  const cachedData = kept(cache);
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(file, 'latin1')}\n})`;
  const script = new Script(wrapped, { filename: file, cachedData });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, require, loaded, file, path.dirname(file));
  const keep = () => {
    if (cachedData && !script.cachedDataRejected) return;
    const fresh = `${cache}.${process.pid}`;
    try {
      fs.writeFileSync(fresh, script.createCachedData());
      fs.renameSync(fresh, cache);
    } catch {
      // Not ours to write, or the disk is full: then every start compiles.
      removeQuietly(fresh);
    }
  };
  return { exports: loaded.exports, keep };
};
