import middy from 'middy6';
import { middySessions } from '../../../src/runtime/adapters/middy';
import { middyApp } from '../support/middy';

middyApp('Middy 6', middy as never, middySessions);
