/** Former majors by another name; their types are those of the newest. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
