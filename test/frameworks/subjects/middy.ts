import middy from '@middy/core';
import { middySessions } from '../../../src/runtime/adapters/middy';
import { middyApp } from '../support/middy';

middyApp('Middy 7', middy as never, middySessions);
