/** Types of lab.js for the tests, which are TypeScript. */
export type ServiceName = 'keystone' | 'glance' | 'cinder' | 'ironic' | 'ironic-standalone';

export type LabOptions = {
  /** Everything of the lab lies below it: configurations, databases, data, logs, process ids. */
  readonly folder: string;
  /** Default: keystone, glance, cinder, ironic. Keystone is always among them. */
  readonly services?: readonly ServiceName[];
  /** First of ten ports; default: the first row from 25000 on that is free. */
  readonly portBase?: number;
  /** Added to glance-api.conf, `[DEFAULT]`: `image_size_cap = 60000000`. */
  readonly glanceOptions?: readonly string[];
  readonly say?: (line: string) => void;
};

export type Lab = {
  readonly folder: string;
  readonly password: string;
  /** With the clouds lab, lab-admin, lab-reader, lab-other, lab-system and lab-appcred. */
  readonly cloudsFile: string;
  readonly authUrl: string;
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** Ends one service in good order and waits until it has ended. */
  stop(name: ServiceName): Promise<void>;
  /** Starts it again and waits until it answers. */
  start(name: ServiceName): Promise<void>;
  /** Ends all services, and only these. */
  close(): Promise<void>;
};

export declare const LAB_PASSWORD: string;

/** Starts the services, or finds them running in that folder. */
export declare function startLab(options: LabOptions): Promise<Lab>;

/** Ends what runs in a lab's folder; harmless where nothing does. Returns how many processes were ended. */
export declare function stopLab(folder: string): Promise<number>;
