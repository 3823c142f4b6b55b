// npm start: installs and builds what is missing, then runs the launcher in this very process.
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { inRoot } from './project.mjs';

install();
await build();
await import(pathToFileURL(inRoot('dist/cli.js')).href);
