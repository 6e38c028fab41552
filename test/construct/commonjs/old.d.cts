export declare const EOL: string;
