-- A store of version 1, before the sums per UTC hour: written by that version, dumped as text.
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE anchors (
	stretch_id VARCHAR NOT NULL, 
	sample BIGINT NOT NULL, 
	source_id VARCHAR NOT NULL, 
	boot_id VARCHAR NOT NULL, 
	sample_rate_hz INTEGER NOT NULL, 
	monotonic_us BIGINT NOT NULL, 
	utc_us BIGINT NOT NULL, 
	device_rate_hz FLOAT NOT NULL, 
	PRIMARY KEY (stretch_id, sample), 
	FOREIGN KEY(source_id) REFERENCES sources (source_id)
);
CREATE TABLE coverage (
	stretch_id VARCHAR NOT NULL, 
	start_sample BIGINT NOT NULL, 
	end_sample BIGINT NOT NULL, 
	source_id VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	start_us BIGINT NOT NULL, 
	end_us BIGINT NOT NULL, 
	noise_dbfs FLOAT, 
	PRIMARY KEY (stretch_id, start_sample), 
	FOREIGN KEY(source_id) REFERENCES sources (source_id)
);
INSERT INTO "coverage" VALUES('stretch-1',0,86400000,'usb:1-1.2','ok',1800000000000000,1800005400000000,-60.0);
CREATE TABLE embeddings (
	event_id VARCHAR NOT NULL, 
	model_id INTEGER NOT NULL, 
	vector BLOB NOT NULL, 
	PRIMARY KEY (event_id, model_id), 
	FOREIGN KEY(event_id) REFERENCES events (event_id), 
	FOREIGN KEY(model_id) REFERENCES models (model_id)
);
CREATE TABLE events (
	event_row INTEGER NOT NULL, 
	event_id VARCHAR NOT NULL, 
	source_id VARCHAR NOT NULL, 
	stretch_id VARCHAR NOT NULL, 
	boot_id VARCHAR NOT NULL, 
	phase VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	label VARCHAR NOT NULL, 
	counted BOOLEAN NOT NULL, 
	reason VARCHAR, 
	onset_sample BIGINT NOT NULL, 
	offset_sample BIGINT NOT NULL, 
	onset_us BIGINT NOT NULL, 
	offset_us BIGINT NOT NULL, 
	probability FLOAT, 
	scores TEXT NOT NULL, 
	threshold FLOAT NOT NULL, 
	gate_score FLOAT NOT NULL, 
	scored_by VARCHAR NOT NULL, 
	window VARCHAR NOT NULL, 
	level_dbfs FLOAT NOT NULL, 
	snr_db FLOAT NOT NULL, 
	epoch_id VARCHAR, 
	starts_epoch BOOLEAN NOT NULL, 
	epoch_told INTEGER NOT NULL, 
	model_id INTEGER, 
	probe VARCHAR, 
	probe_sha256 VARCHAR, 
	timezone VARCHAR NOT NULL, 
	config_sha256 VARCHAR NOT NULL, 
	recorded_us BIGINT NOT NULL, 
	PRIMARY KEY (event_row), 
	UNIQUE (event_id), 
	FOREIGN KEY(source_id) REFERENCES sources (source_id), 
	FOREIGN KEY(model_id) REFERENCES models (model_id)
);
INSERT INTO "events" VALUES(1,'event-1','usb:1-1.2','stretch-1','boot-1','end',1,'cough',1,NULL,16000,20800,1800000001000000,1800000001300000,0.9,'{"cough": 0.9, "throat_clear": 0.014285714285714282, "sneeze": 0.014285714285714282, "laugh": 0.014285714285714282, "speech": 0.014285714285714282, "breathe": 0.014285714285714282, "snore": 0.014285714285714282, "other": 0.014285714285714282}',0.5,0.91,'open','complete',-21.4,18.0,'event-1',1,0,1,'cough-2026-11','cc','Europe/Zurich','c0ffee',1800000000000001);
INSERT INTO "events" VALUES(2,'event-2','usb:1-1.2','stretch-1','boot-1','end',1,'cough',1,NULL,25600,30400,1800000001600000,1800000001900000,0.9,'{"cough": 0.9, "throat_clear": 0.014285714285714282, "sneeze": 0.014285714285714282, "laugh": 0.014285714285714282, "speech": 0.014285714285714282, "breathe": 0.014285714285714282, "snore": 0.014285714285714282, "other": 0.014285714285714282}',0.5,0.91,'open','complete',-21.4,18.0,'event-1',0,0,1,'cough-2026-11','cc','Europe/Zurich','c0ffee',1800000000000001);
INSERT INTO "events" VALUES(3,'event-3','usb:1-1.2','stretch-1','boot-1','end',1,'cough',1,NULL,14400000,14404800,1800000900000000,1800000900300000,0.9,'{"cough": 0.9, "throat_clear": 0.014285714285714282, "sneeze": 0.014285714285714282, "laugh": 0.014285714285714282, "speech": 0.014285714285714282, "breathe": 0.014285714285714282, "snore": 0.014285714285714282, "other": 0.014285714285714282}',0.5,0.91,'open','complete',-21.4,18.0,'event-3',1,0,1,'cough-2026-11','cc','Europe/Zurich','c0ffee',1800000000000001);
INSERT INTO "events" VALUES(4,'event-4','usb:1-1.2','stretch-1','boot-1','cancel',1,'other',0,'below_threshold',64000000,64004800,1800004000000000,1800004000300000,0.9,'{"cough": 0.9, "throat_clear": 0.014285714285714282, "sneeze": 0.014285714285714282, "laugh": 0.014285714285714282, "speech": 0.014285714285714282, "breathe": 0.014285714285714282, "snore": 0.014285714285714282, "other": 0.014285714285714282}',0.5,0.91,'open','complete',-21.4,18.0,NULL,0,0,1,'cough-2026-11','cc','Europe/Zurich','c0ffee',1800000000000001);
INSERT INTO "events" VALUES(5,'event-5','usb:1-1.2','stretch-1','boot-1','end',1,'cough',1,NULL,65600000,65604800,1800004100000000,1800004100300000,0.9,'{"cough": 0.9, "throat_clear": 0.014285714285714282, "sneeze": 0.014285714285714282, "laugh": 0.014285714285714282, "speech": 0.014285714285714282, "breathe": 0.014285714285714282, "snore": 0.014285714285714282, "other": 0.014285714285714282}',0.5,0.91,'open','complete',-21.4,18.0,'event-5',1,0,1,'cough-2026-11','cc','Europe/Zurich','c0ffee',1800000000000001);
CREATE TABLE meta (
	"key" VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('store_id','01a1fe0f-b842-7236-9124-1b449c9afc0f');
INSERT INTO "meta" VALUES('schema_version','1');
CREATE TABLE models (
	model_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	runtime VARCHAR NOT NULL, 
	device VARCHAR NOT NULL, 
	precision VARCHAR NOT NULL, 
	batch_policy VARCHAR NOT NULL, 
	PRIMARY KEY (model_id), 
	UNIQUE (name, sha256, runtime, device, precision, batch_policy)
);
INSERT INTO "models" VALUES(1,'open@1a2b3c4d','open','aa','onnxruntime 1','cpu','float32','single');
CREATE TABLE outbox (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	topic VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	recorded_us BIGINT NOT NULL
);
INSERT INTO "outbox" VALUES(1,'cough.event.end.home.usb:1-1%2E2','{"schema":"coughd.event/1","seq":1,"store_id":"01a1fe0f-b842-7236-9124-1b449c9afc0f","boot_id":"boot-1","event_id":"event-1","phase":"end","revision":1,"site":"home","node":"pi-07","source":{"id":"usb:1-1.2","name":"Bedroom"},"label":"cough","counted":true,"reason":null,"onset":"2027-01-15T08:00:01.000000Z","offset":"2027-01-15T08:00:01.300000Z","onset_sample":16000,"timezone":"Europe/Zurich","probability":0.9,"scores":{"cough":0.9,"throat_clear":0.014285714285714282,"sneeze":0.014285714285714282,"laugh":0.014285714285714282,"speech":0.014285714285714282,"breathe":0.014285714285714282,"snore":0.014285714285714282,"other":0.014285714285714282},"threshold":0.5,"gate_score":0.91,"scored_by":"open","window":"complete","level_dbfs":-21.4,"snr_db":18.0,"epoch_id":"event-1","model":{"embedder":"open@1a2b3c4d","probe":"cough-2026-11","probe_sha256":"cc"},"config_sha256":"c0ffee","recorded_at":"2027-01-15T08:00:00.000001Z","clip":null}',1800000000000001);
INSERT INTO "outbox" VALUES(2,'cough.event.end.home.usb:1-1%2E2','{"schema":"coughd.event/1","seq":2,"store_id":"01a1fe0f-b842-7236-9124-1b449c9afc0f","boot_id":"boot-1","event_id":"event-2","phase":"end","revision":1,"site":"home","node":"pi-07","source":{"id":"usb:1-1.2","name":"Bedroom"},"label":"cough","counted":true,"reason":null,"onset":"2027-01-15T08:00:01.600000Z","offset":"2027-01-15T08:00:01.900000Z","onset_sample":25600,"timezone":"Europe/Zurich","probability":0.9,"scores":{"cough":0.9,"throat_clear":0.014285714285714282,"sneeze":0.014285714285714282,"laugh":0.014285714285714282,"speech":0.014285714285714282,"breathe":0.014285714285714282,"snore":0.014285714285714282,"other":0.014285714285714282},"threshold":0.5,"gate_score":0.91,"scored_by":"open","window":"complete","level_dbfs":-21.4,"snr_db":18.0,"epoch_id":"event-1","model":{"embedder":"open@1a2b3c4d","probe":"cough-2026-11","probe_sha256":"cc"},"config_sha256":"c0ffee","recorded_at":"2027-01-15T08:00:00.000001Z","clip":null}',1800000000000001);
INSERT INTO "outbox" VALUES(3,'cough.event.end.home.usb:1-1%2E2','{"schema":"coughd.event/1","seq":3,"store_id":"01a1fe0f-b842-7236-9124-1b449c9afc0f","boot_id":"boot-1","event_id":"event-3","phase":"end","revision":1,"site":"home","node":"pi-07","source":{"id":"usb:1-1.2","name":"Bedroom"},"label":"cough","counted":true,"reason":null,"onset":"2027-01-15T08:15:00.000000Z","offset":"2027-01-15T08:15:00.300000Z","onset_sample":14400000,"timezone":"Europe/Zurich","probability":0.9,"scores":{"cough":0.9,"throat_clear":0.014285714285714282,"sneeze":0.014285714285714282,"laugh":0.014285714285714282,"speech":0.014285714285714282,"breathe":0.014285714285714282,"snore":0.014285714285714282,"other":0.014285714285714282},"threshold":0.5,"gate_score":0.91,"scored_by":"open","window":"complete","level_dbfs":-21.4,"snr_db":18.0,"epoch_id":"event-3","model":{"embedder":"open@1a2b3c4d","probe":"cough-2026-11","probe_sha256":"cc"},"config_sha256":"c0ffee","recorded_at":"2027-01-15T08:00:00.000001Z","clip":null}',1800000000000001);
INSERT INTO "outbox" VALUES(4,'cough.event.cancel.home.usb:1-1%2E2','{"schema":"coughd.event/1","seq":4,"store_id":"01a1fe0f-b842-7236-9124-1b449c9afc0f","boot_id":"boot-1","event_id":"event-4","phase":"cancel","revision":1,"site":"home","node":"pi-07","source":{"id":"usb:1-1.2","name":"Bedroom"},"label":"other","counted":false,"reason":"below_threshold","onset":"2027-01-15T09:06:40.000000Z","offset":"2027-01-15T09:06:40.300000Z","onset_sample":64000000,"timezone":"Europe/Zurich","probability":0.9,"scores":{"cough":0.9,"throat_clear":0.014285714285714282,"sneeze":0.014285714285714282,"laugh":0.014285714285714282,"speech":0.014285714285714282,"breathe":0.014285714285714282,"snore":0.014285714285714282,"other":0.014285714285714282},"threshold":0.5,"gate_score":0.91,"scored_by":"open","window":"complete","level_dbfs":-21.4,"snr_db":18.0,"epoch_id":null,"model":{"embedder":"open@1a2b3c4d","probe":"cough-2026-11","probe_sha256":"cc"},"config_sha256":"c0ffee","recorded_at":"2027-01-15T08:00:00.000001Z","clip":null}',1800000000000001);
INSERT INTO "outbox" VALUES(5,'cough.event.end.home.usb:1-1%2E2','{"schema":"coughd.event/1","seq":5,"store_id":"01a1fe0f-b842-7236-9124-1b449c9afc0f","boot_id":"boot-1","event_id":"event-5","phase":"end","revision":1,"site":"home","node":"pi-07","source":{"id":"usb:1-1.2","name":"Bedroom"},"label":"cough","counted":true,"reason":null,"onset":"2027-01-15T09:08:20.000000Z","offset":"2027-01-15T09:08:20.300000Z","onset_sample":65600000,"timezone":"Europe/Zurich","probability":0.9,"scores":{"cough":0.9,"throat_clear":0.014285714285714282,"sneeze":0.014285714285714282,"laugh":0.014285714285714282,"speech":0.014285714285714282,"breathe":0.014285714285714282,"snore":0.014285714285714282,"other":0.014285714285714282},"threshold":0.5,"gate_score":0.91,"scored_by":"open","window":"complete","level_dbfs":-21.4,"snr_db":18.0,"epoch_id":"event-5","model":{"embedder":"open@1a2b3c4d","probe":"cough-2026-11","probe_sha256":"cc"},"config_sha256":"c0ffee","recorded_at":"2027-01-15T08:00:00.000001Z","clip":null}',1800000000000001);
CREATE TABLE reviews (
	review_id INTEGER NOT NULL, 
	event_id VARCHAR NOT NULL, 
	verdict VARCHAR NOT NULL, 
	label VARCHAR, 
	reviewer VARCHAR NOT NULL, 
	note TEXT NOT NULL, 
	at_us BIGINT NOT NULL, 
	PRIMARY KEY (review_id), 
	FOREIGN KEY(event_id) REFERENCES events (event_id)
);
CREATE TABLE rollup (
	bucket_us BIGINT NOT NULL, 
	source_id VARCHAR NOT NULL, 
	coughs INTEGER NOT NULL, 
	cough_seconds INTEGER NOT NULL, 
	epochs INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	ok_us BIGINT NOT NULL, 
	clipped_us BIGINT NOT NULL, 
	silent_us BIGINT NOT NULL, 
	dropped_us BIGINT NOT NULL, 
	PRIMARY KEY (bucket_us, source_id), 
	FOREIGN KEY(source_id) REFERENCES sources (source_id)
);
INSERT INTO "rollup" VALUES(1800000000000000,'usb:1-1.2',2,1,1,0,900000000,0,0,0);
INSERT INTO "rollup" VALUES(1800000900000000,'usb:1-1.2',1,1,1,0,900000000,0,0,0);
INSERT INTO "rollup" VALUES(1800001800000000,'usb:1-1.2',0,0,0,0,900000000,0,0,0);
INSERT INTO "rollup" VALUES(1800002700000000,'usb:1-1.2',0,0,0,0,900000000,0,0,0);
INSERT INTO "rollup" VALUES(1800003600000000,'usb:1-1.2',1,1,1,1,900000000,0,0,0);
INSERT INTO "rollup" VALUES(1800004500000000,'usb:1-1.2',0,0,0,0,900000000,0,0,0);
CREATE TABLE sources (
	source_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	first_seen_us BIGINT NOT NULL, 
	last_seen_us BIGINT NOT NULL, 
	PRIMARY KEY (source_id)
);
INSERT INTO "sources" VALUES('usb:1-1.2','Bedroom','file',1800000000000000,1800000000000000);
CREATE INDEX events_counted ON events (source_id, onset_us) WHERE counted = 1;
CREATE INDEX events_by_time ON events (onset_us);
CREATE INDEX events_by_stretch ON events (stretch_id, counted, offset_us, onset_us);
CREATE INDEX coverage_by_time ON coverage (source_id, start_us);
CREATE INDEX ix_reviews_event_id ON reviews (event_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',5);
COMMIT;
