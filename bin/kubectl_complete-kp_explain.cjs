#!/usr/bin/env node
'use strict';
// kubectl runs this to complete what stands behind `kubectl kp-explain` (kubectl 1.26 and newer).
process.argv.splice(2, 0, '__complete');
require('./kp-explain.cjs');
