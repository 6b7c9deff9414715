/**
 * The settings of a host that are variables as they are. Written by `deno task schema` from `lib/settings/variables`.
 * @module
 */

/** The variables that are used as they are: `deploy_path` is `deployPath`. */
export interface VariableSettings {
  /** `deploy_path`: Folder on the device; `~/` is the user's home there. Nothing outside it is written. */
  readonly deployPath: string;
  /** `live_dir`: Name under `deploy_path` that the service reads. */
  readonly liveDir: string;
  /** `keep_backups`: Backups to keep. Only backups named by a time are removed: rename one to keep it. */
  readonly keepBackups: number;
  /** `confirm_timeout`: Seconds after the switch within which the release must be confirmed, or the device restores itself; 0 for never. */
  readonly confirmTimeout: number;
  /** `service`: Unit to restart, by name or alias; empty for none. One that the device does not know is reported, not fatal. */
  readonly service: string;
  /** `service_manager`: What looks after the service on the device. `auto`: the device is asked. */
  readonly serviceManager: "auto" | "systemd" | "openrc" | "runit" | "sysv" | "command" | "none";
  /** `restart_command`: Restarts the service if `service_manager` is `command`. A line of sh; what it starts must not keep its standard streams open. */
  readonly restartCommand: string;
  /** `restart_timeout`: Seconds until the service must be active. */
  readonly restartTimeout: number;
  /** `restart_settle`: Seconds for which the service must then stay active, in the same process. */
  readonly restartSettle: number;
  /** `health_url`: Where the service answers, as the device itself sees it; empty for none. */
  readonly healthUrl: string;
  /** `health_ready`: Path that answers 200 once the service is ready. */
  readonly healthReady: string;
  /** `health_status`: Path of the health JSON. */
  readonly healthStatus: string;
  /** `health_metrics`: Path of the metrics. */
  readonly healthMetrics: string;
  /** `health_attempts`: Tries before a host is unhealthy. */
  readonly healthAttempts: number;
  /** `health_interval`: Seconds between two tries. */
  readonly healthInterval: number;
  /** `health_metrics_match`: Metric lines kept in the report. */
  readonly healthMetricsMatch: string;
}
