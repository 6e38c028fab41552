/** What the laboratory last heard of the devices of a visitor. */
export interface DeviceReport {
  readonly at: number;
}
