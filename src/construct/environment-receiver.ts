/** What takes environment variables: a Lambda function, or a container of an ECS task. */
export interface IEnvironmentReceiver {
  /**
   * Sets one environment variable, in place of an earlier one of that name.
   *
   * @param name the variable's name
   * @param value the variable's value
   */
  addEnvironment(name: string, value: string): void;
}
