// The JavaScript half of infra/bindings.py, preloaded into jsii's Node process: the root of the AWS provider's
// bindings requires its 2,085 modules (200 MB of source) to offer them by name. Offer them by getters instead, so
// that a module is read when a stack uses it. What a getter gives is what the require would have given.
"use strict";
const fs = require("fs");
const Module = require("module");

const ROOT = /[\\/]@cdktf[\\/]provider-aws[\\/]lib[\\/]index\.js$/;
const EAGER = /^exports\.(\w+) = require\("(.+)"\);$/gm;
const LAZY = 'Object.defineProperty(exports, "$1", { enumerable: true, configurable: true, get: () => require("$2") });';

const load = Module._extensions[".js"];
Module._extensions[".js"] = (module, filename) => {
  if (!ROOT.test(filename)) return load(module, filename);
  module._compile(fs.readFileSync(filename, "utf8").replace(EAGER, LAZY), filename);
};
