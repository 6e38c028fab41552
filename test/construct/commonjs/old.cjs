exports.EOL = require('node:os').EOL;
