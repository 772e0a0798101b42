BEGIN TRANSACTION;
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "about" VALUES('clientId','diya-record-sagar-00000001');
INSERT INTO "about" VALUES('heardAt','1790000000');
INSERT INTO "about" VALUES('home','here:/r:1');
INSERT INTO "about" VALUES('queues','apart');
INSERT INTO "about" VALUES('root','diya/1');
INSERT INTO "about" VALUES('site','sagar');
INSERT INTO "about" VALUES('timezone','Asia/Kolkata');
INSERT INTO "about" VALUES('title','Sagar');
INSERT INTO "about" VALUES('version','1');
CREATE TABLE epoch (
    number INTEGER PRIMARY KEY, pole TEXT NOT NULL, epoch TEXT NOT NULL, highest INTEGER NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0, UNIQUE (pole, epoch)
);
INSERT INTO "epoch" VALUES(1,'P0001','a',9,0);
INSERT INTO "epoch" VALUES(2,'P0002','zz',1,0);
INSERT INTO "epoch" VALUES(3,'P0003','q',2,0);
CREATE TABLE event (
    arrival INTEGER PRIMARY KEY,
    pole TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    eventType TEXT NOT NULL, startEndFlag INTEGER, timestamp INTEGER, replayed INTEGER NOT NULL,
    attributes TEXT NOT NULL, receivedAt INTEGER NOT NULL, source TEXT NOT NULL,
    UNIQUE (pole, epoch, sequence)
);
INSERT INTO "event" VALUES(1,'P0001','a',3,'lampFailure',1,1789999950,0,'{"cause":"\u0927\u0942\u092a","level":40}',1790000000,'pole');
INSERT INTO "event" VALUES(2,'P0001','a',4,'lampFailure',1,1789999950,0,'{"cause":"\u0927\u0942\u092a","level":40}',1790000000,'pole');
INSERT INTO "event" VALUES(3,'P0001','a',7,'lampFailure',1,1789999950,0,'{"cause":"\u0927\u0942\u092a","level":40}',1790000000,'pole');
INSERT INTO "event" VALUES(4,'P0001','a',9,'eventsDropped',NULL,1789999950,0,'{"first":5,"last":5}',1790000000,'pole');
INSERT INTO "event" VALUES(5,'P0002','_recorder',1,'communicationFailure',1,1790000001,0,'{"cause": "lastWill", "lastSeen": null}',1790000001,'recorder');
INSERT INTO "event" VALUES(6,'P0002','zz',1,'supplyLoss',NULL,NULL,0,'{}',1790000000,'pole');
INSERT INTO "event" VALUES(7,'P0002','_recorder',2,'communicationFailure',0,1790000060,0,'{"cause": "lastWill", "lastSeen": null}',1790000060,'recorder');
INSERT INTO "event" VALUES(8,'P0003','q',2,'lampFailure',1,1789999950,0,'{}',1790000000,'pole');
CREATE TABLE flashing (
    pole TEXT PRIMARY KEY, nonce TEXT NOT NULL, version INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "flashing" VALUES('P0001','00aa11bb22cc33dd',3);
CREATE TABLE gap (
    pole TEXT NOT NULL, epoch TEXT NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
    asked INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, answered INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL,
    PRIMARY KEY (pole, epoch, low)
) WITHOUT ROWID;
INSERT INTO "gap" VALUES('P0001','a',6,6,0,0,0,1003.0);
INSERT INTO "gap" VALUES('P0001','a',8,8,0,0,0,1003.0);
INSERT INTO "gap" VALUES('P0001','a',10,1073741823,0,0,0,1103.0);
INSERT INTO "gap" VALUES('P0002','zz',2,1073741823,0,0,0,1103.0);
INSERT INTO "gap" VALUES('P0003','q',1,1,0,0,0,1003.0);
INSERT INTO "gap" VALUES('P0003','q',3,1073741823,0,0,0,1103.0);
CREATE TABLE gone (
    pole TEXT NOT NULL, epoch TEXT NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL, why TEXT NOT NULL,
    PRIMARY KEY (pole, epoch, low)
) WITHOUT ROWID;
INSERT INTO "gone" VALUES('P0001','a',1,2,'dropped');
INSERT INTO "gone" VALUES('P0001','a',5,5,'dropped');
CREATE TABLE pole (
    name TEXT PRIMARY KEY, online INTEGER, seen INTEGER, failing TEXT, groups TEXT NOT NULL DEFAULT '[]',
    birth TEXT, birthAt INTEGER, state TEXT, stateAt INTEGER, meter TEXT, meterAt INTEGER,
    malformed INTEGER NOT NULL DEFAULT 0, conflicts INTEGER NOT NULL DEFAULT 0, outlived INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO "pole" VALUES('P0001',1,1790000000,NULL,'["market", "w1"]','{"v":1,"groups":["market","w1"],"board":"esp32-devkitc","firmware":"0.1.0","configVersion":3,"flashNonce":"00aa11bb22cc33dd","journal":{"epoch":"a","first":3,"last":9}}',1790000000,'{"v":1,"at":1789999995,"level":60,"target":60,"owner":"operator","reason":"R. (festival)","until":1790000900,"clock":"synced","faults":["lampFailure"]}',1789999995,'{"v":1,"at":1789999996,"activePower":81.5,"supplyVoltage":231.2,"activeEnergy":12.345}',1789999996,0,0,0);
INSERT INTO "pole" VALUES('P0002',1,1790000060,NULL,'[]',NULL,NULL,NULL,NULL,NULL,NULL,0,0,0);
INSERT INTO "pole" VALUES('P0003',NULL,NULL,NULL,'[]',NULL,NULL,NULL,NULL,NULL,NULL,1,1,0);
CREATE TABLE sender (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
INSERT INTO "sender" VALUES('diya-record-sagar-00000001',1790000000000);
CREATE INDEX event_time ON event (coalesce(timestamp, receivedAt));
CREATE INDEX event_undated ON event (arrival) WHERE timestamp IS NULL OR source = 'recorder';
CREATE INDEX gap_due ON gap (due);
COMMIT;
