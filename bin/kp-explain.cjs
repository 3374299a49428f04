#!/usr/bin/env node
'use strict';
const { load } = require('./load.cjs');

load()
  .main(process.argv.slice(2))
  .then((status) => {
    process.exitCode = status;
  });
