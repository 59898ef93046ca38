BEGIN TRANSACTION;
CREATE TABLE erasures (
	id INTEGER NOT NULL, 
	model VARCHAR(64) NOT NULL, 
	new_model VARCHAR(64), 
	verdict VARCHAR(16) NOT NULL, 
	certificate JSON NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "erasures" VALUES(1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','erased','{"schema": "unleak.certificate/1", "secrets": [{"id": "L41b184cce4", "verdict": "erased"}], "verdict": "erased"}','2026-11-28T11:24:51.023+00:00');
INSERT INTO "erasures" VALUES(2,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',NULL,'failed','{"schema": "unleak.erasure/1", "secrets": [{"id": "L7e9186b29e", "verdict": "failed"}], "verdict": "failed"}','2026-11-28T11:24:51.027+00:00');
CREATE TABLE evidence (
	id INTEGER NOT NULL, 
	leak VARCHAR(32) NOT NULL, 
	model VARCHAR(64) NOT NULL, 
	figures JSON NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(leak) REFERENCES leaks (id)
);
INSERT INTO "evidence" VALUES(1,'L41b184cce4','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','{"verdict": "memorised", "reason": "written word for word", "ma": 1.0}','2026-11-28T11:24:51.008+00:00');
INSERT INTO "evidence" VALUES(2,'L7e9186b29e','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','{"verdict": "invented", "reason": "no better than chance"}','2026-11-28T11:24:51.031+00:00');
CREATE TABLE leaks (
	id VARCHAR(32) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	kind VARCHAR(64) NOT NULL, 
	rule VARCHAR(64) NOT NULL, 
	preview TEXT NOT NULL, 
	model VARCHAR(64) NOT NULL, 
	origin VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	sealed BLOB, 
	sightings INTEGER NOT NULL, 
	added VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(model) REFERENCES models (digest)
);
INSERT INTO "leaks" VALUES('L41b184cce4','7c4f19f32928f6735d687160','password','assigned-password','… (20 characters)','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','completion','erased',X'995D127F3B165E9A78D367CADC40530E6C475707222691531923AA8F8BFFF320BFD522A8F35967A34C1B57C21E4E9849BC26D07F5E41A4B06461833272093F15B74F6A1DFDA8',2,'2026-11-28T11:24:50.985+00:00');
INSERT INTO "leaks" VALUES('L7e9186b29e','78c213e6b12c5532b153c707','password','assigned-password','… (18 characters)','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','completion','dismissed',X'12B72AE9612D4753382A79F65AB4296E76A67463FDA07E6957D6393FB3D4155EBEA6E5D0FEE428415DE797924DF9526516A1045B8B26F20AC8D520EE8DEB830FA309781F',1,'2026-11-28T11:24:50.994+00:00');
INSERT INTO "leaks" VALUES('Lfeb388e865','1ae972850e893ac9ff6dc83f','password','assigned-password','… (17 characters)','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','import','flagged',NULL,1,'2026-11-28T11:24:51.003+00:00');
CREATE TABLE models (
	digest VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	parent VARCHAR(64), 
	added VARCHAR(32) NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "models" VALUES('dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','model',NULL,'2026-11-28T11:24:50.977+00:00');
INSERT INTO "models" VALUES('eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','new','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','2026-11-28T11:24:51.019+00:00');
CREATE TABLE transitions (
	id INTEGER NOT NULL, 
	leak VARCHAR(32) NOT NULL, 
	"before" VARCHAR(16), 
	"after" VARCHAR(16) NOT NULL, 
	actor TEXT NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(leak) REFERENCES leaks (id)
);
INSERT INTO "transitions" VALUES(1,'L41b184cce4',NULL,'flagged','root','2026-11-28T11:24:50.987+00:00');
INSERT INTO "transitions" VALUES(2,'L7e9186b29e',NULL,'flagged','root','2026-11-28T11:24:50.994+00:00');
INSERT INTO "transitions" VALUES(3,'Lfeb388e865',NULL,'flagged','root','2026-11-28T11:24:51.003+00:00');
INSERT INTO "transitions" VALUES(4,'L41b184cce4','flagged','confirmed','root','2026-11-28T11:24:51.012+00:00');
INSERT INTO "transitions" VALUES(5,'L41b184cce4','confirmed','queued','root','2026-11-28T11:24:51.012+00:00');
INSERT INTO "transitions" VALUES(6,'L41b184cce4','queued','erasing','root','2026-11-28T11:24:51.012+00:00');
INSERT INTO "transitions" VALUES(7,'L41b184cce4','erasing','verifying','root','2026-11-28T11:24:51.012+00:00');
INSERT INTO "transitions" VALUES(8,'L41b184cce4','verifying','erased','root','2026-11-28T11:24:51.012+00:00');
INSERT INTO "transitions" VALUES(9,'L7e9186b29e','flagged','dismissed','root','2026-11-28T11:24:51.035+00:00');
CREATE INDEX ix_leaks_fingerprint ON leaks (fingerprint);
CREATE INDEX ix_evidence_leak ON evidence (leak);
CREATE INDEX ix_transitions_leak ON transitions (leak);
COMMIT;
PRAGMA user_version=1;
