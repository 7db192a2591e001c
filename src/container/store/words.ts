/** Of what names are made that nobody has chosen. */
const split = (text: string): readonly string[] => text.trim().split(/\s+/);

export const adjectives = split(`
  able agile amber ample azure bold brave breezy bright brisk calm clever cosmic crisp curious daring deft dreamy eager early
  earnest fancy fleet fluffy fond frank fresh gentle glad golden grand happy hardy honest humble jolly keen kind lively loyal
  lucid lucky merry mighty mild modest neat nimble noble patient placid proud quick quiet rapid ready robust rosy serene sharp
  silent silver sleek smooth snug solid spry steady stoic sunny swift tidy tranquil trusty upbeat vivid warm wise witty young zesty
`);

export const nouns = split(`
  acorn anchor aspen badger beacon birch bison brook canyon cedar comet condor coral crane cricket dolphin dune eagle elm ember
  falcon fern finch fjord forest fox gannet garnet gecko glacier harbor hare hawk heron ibis island jackal jaguar juniper kestrel
  koala lagoon lark lemur lynx maple marlin meadow merlin mole moose oak orca osprey otter owl panda pebble pelican pine plover
  puffin quail raven reef river robin salmon seal spruce squid stork summit swan thistle tiger tulip turtle valley walrus willow wren
`);
