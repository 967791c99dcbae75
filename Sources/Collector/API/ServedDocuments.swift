/// Files of `docs/` that the API serves, word for word.
///
/// Written by a test from what they are there: `UPDATE_EXPECTED=1 swift test --filter DescriptionTests`.
enum ServedDocuments {
  /// `docs/openapi.json`.
  static let description = ##"""
    {
      "openapi": "3.1.0",
      "info": {
        "title": "Stickler's collector",
        "version": "1",
        "summary": "Did the cluster keep its UDP clients with their pods?",
        "description": "All of it is GET (and HEAD). Errors are one JSON object. Lists are of the latest report, in its order, and have pages; within version 1, members may be added and never change their meaning.",
        "license": {
          "name": "Apache-2.0",
          "identifier": "Apache-2.0"
        }
      },
      "servers": [
        {
          "url": "http://127.0.0.1:9470",
          "description": "Where `stickler collect` answers by itself."
        }
      ],
      "security": [
        {
          "bearer": []
        },
        {
          "basic": []
        }
      ],
      "paths": {
        "/": {
          "get": {
            "summary": "The latest report as a page that follows what happens",
            "responses": {
              "200": {
                "description": "The latest report as a page that follows what happens",
                "content": {
                  "text/html; charset=utf-8": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              }
            }
          }
        },
        "/api/v1/report": {
          "get": {
            "summary": "The latest report: stickler.report/1",
            "parameters": [
              {
                "$ref": "#/components/parameters/form"
              }
            ],
            "responses": {
              "200": {
                "description": "The latest report: stickler.report/1",
                "content": {
                  "application/json": {
                    "schema": {
                      "anyOf": [
                        {
                          "$ref": "report.schema.json#/$defs/report"
                        },
                        {
                          "$ref": "#/components/schemas/StoredReport"
                        }
                      ]
                    }
                  }
                },
                "headers": {
                  "ETag": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "304": {
                "$ref": "#/components/responses/Unchanged"
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "503": {
                "$ref": "#/components/responses/NoReport"
              }
            }
          }
        },
        "/api/v1/services": {
          "get": {
            "summary": "Services, and how each kept its promises",
            "parameters": [
              {
                "$ref": "#/components/parameters/service"
              }
            ],
            "responses": {
              "200": {
                "description": "Services, and how each kept its promises",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Services"
                    }
                  }
                },
                "headers": {
                  "ETag": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "304": {
                "$ref": "#/components/responses/Unchanged"
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "503": {
                "$ref": "#/components/responses/NoReport"
              }
            }
          }
        },
        "/api/v1/sessions": {
          "get": {
            "summary": "Sessions, and which pods served them",
            "parameters": [
              {
                "$ref": "#/components/parameters/limit"
              },
              {
                "$ref": "#/components/parameters/cursor"
              },
              {
                "$ref": "#/components/parameters/service"
              },
              {
                "$ref": "#/components/parameters/client"
              },
              {
                "$ref": "#/components/parameters/node"
              },
              {
                "$ref": "#/components/parameters/since"
              },
              {
                "$ref": "#/components/parameters/pod"
              },
              {
                "$ref": "#/components/parameters/moved"
              },
              {
                "$ref": "#/components/parameters/broken"
              }
            ],
            "responses": {
              "200": {
                "description": "Sessions, and which pods served them",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Sessions"
                    }
                  }
                },
                "headers": {
                  "ETag": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "304": {
                "$ref": "#/components/responses/Unchanged"
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "503": {
                "$ref": "#/components/responses/NoReport"
              }
            }
          }
        },
        "/api/v1/findings": {
          "get": {
            "summary": "Findings: what happened to one client",
            "parameters": [
              {
                "$ref": "#/components/parameters/limit"
              },
              {
                "$ref": "#/components/parameters/cursor"
              },
              {
                "$ref": "#/components/parameters/service"
              },
              {
                "$ref": "#/components/parameters/client"
              },
              {
                "$ref": "#/components/parameters/node"
              },
              {
                "$ref": "#/components/parameters/since"
              },
              {
                "$ref": "#/components/parameters/mode"
              },
              {
                "$ref": "#/components/parameters/class"
              },
              {
                "$ref": "#/components/parameters/incident"
              }
            ],
            "responses": {
              "200": {
                "description": "Findings: what happened to one client",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Findings"
                    }
                  }
                },
                "headers": {
                  "ETag": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "304": {
                "$ref": "#/components/responses/Unchanged"
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "503": {
                "$ref": "#/components/responses/NoReport"
              }
            }
          }
        },
        "/api/v1/findings/{id}": {
          "get": {
            "summary": "One finding",
            "parameters": [
              {
                "name": "id",
                "in": "path",
                "required": true,
                "schema": {
                  "type": "string"
                }
              }
            ],
            "responses": {
              "200": {
                "description": "One finding",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "report.schema.json#/$defs/finding"
                    }
                  }
                },
                "headers": {
                  "ETag": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "304": {
                "$ref": "#/components/responses/Unchanged"
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "404": {
                "$ref": "#/components/responses/NotFound"
              },
              "503": {
                "$ref": "#/components/responses/NoReport"
              }
            }
          }
        },
        "/api/v1/incidents": {
          "get": {
            "summary": "Incidents: findings with one cause",
            "parameters": [
              {
                "$ref": "#/components/parameters/limit"
              },
              {
                "$ref": "#/components/parameters/cursor"
              },
              {
                "$ref": "#/components/parameters/service"
              },
              {
                "$ref": "#/components/parameters/node"
              },
              {
                "$ref": "#/components/parameters/since"
              },
              {
                "$ref": "#/components/parameters/mode"
              },
              {
                "$ref": "#/components/parameters/class"
              }
            ],
            "responses": {
              "200": {
                "description": "Incidents: findings with one cause",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Incidents"
                    }
                  }
                },
                "headers": {
                  "ETag": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "304": {
                "$ref": "#/components/responses/Unchanged"
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "503": {
                "$ref": "#/components/responses/NoReport"
              }
            }
          }
        },
        "/api/v1/incidents/{id}": {
          "get": {
            "summary": "One incident",
            "parameters": [
              {
                "name": "id",
                "in": "path",
                "required": true,
                "schema": {
                  "type": "string"
                }
              }
            ],
            "responses": {
              "200": {
                "description": "One incident",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "report.schema.json#/$defs/incident"
                    }
                  }
                },
                "headers": {
                  "ETag": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "304": {
                "$ref": "#/components/responses/Unchanged"
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "404": {
                "$ref": "#/components/responses/NotFound"
              },
              "503": {
                "$ref": "#/components/responses/NoReport"
              }
            }
          }
        },
        "/api/v1/nodes": {
          "get": {
            "summary": "Nodes, what their captures told and how their agents are",
            "responses": {
              "200": {
                "description": "Nodes, what their captures told and how their agents are",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Nodes"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              }
            }
          }
        },
        "/api/v1/history/findings": {
          "get": {
            "summary": "What earlier reports found",
            "parameters": [
              {
                "$ref": "#/components/parameters/limit"
              },
              {
                "$ref": "#/components/parameters/cursor"
              },
              {
                "$ref": "#/components/parameters/service"
              },
              {
                "$ref": "#/components/parameters/since"
              },
              {
                "$ref": "#/components/parameters/until"
              },
              {
                "$ref": "#/components/parameters/client"
              },
              {
                "$ref": "#/components/parameters/node"
              },
              {
                "$ref": "#/components/parameters/mode"
              }
            ],
            "responses": {
              "200": {
                "description": "What earlier reports found",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/PastFindings"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "404": {
                "$ref": "#/components/responses/NotFound"
              }
            }
          }
        },
        "/api/v1/history/incidents": {
          "get": {
            "summary": "Incidents of earlier reports",
            "parameters": [
              {
                "$ref": "#/components/parameters/limit"
              },
              {
                "$ref": "#/components/parameters/cursor"
              },
              {
                "$ref": "#/components/parameters/service"
              },
              {
                "$ref": "#/components/parameters/since"
              },
              {
                "$ref": "#/components/parameters/until"
              },
              {
                "$ref": "#/components/parameters/node"
              },
              {
                "$ref": "#/components/parameters/mode"
              }
            ],
            "responses": {
              "200": {
                "description": "Incidents of earlier reports",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/PastIncidents"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "404": {
                "$ref": "#/components/responses/NotFound"
              }
            }
          }
        },
        "/api/v1/history/sessions": {
          "get": {
            "summary": "Sessions of earlier reports",
            "parameters": [
              {
                "$ref": "#/components/parameters/limit"
              },
              {
                "$ref": "#/components/parameters/cursor"
              },
              {
                "$ref": "#/components/parameters/service"
              },
              {
                "$ref": "#/components/parameters/since"
              },
              {
                "$ref": "#/components/parameters/until"
              },
              {
                "$ref": "#/components/parameters/client"
              }
            ],
            "responses": {
              "200": {
                "description": "Sessions of earlier reports",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/PastSessions"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "404": {
                "$ref": "#/components/responses/NotFound"
              }
            }
          }
        },
        "/api/v1/history/verdicts": {
          "get": {
            "summary": "How verdicts changed",
            "parameters": [
              {
                "$ref": "#/components/parameters/limit"
              },
              {
                "$ref": "#/components/parameters/cursor"
              },
              {
                "$ref": "#/components/parameters/service"
              },
              {
                "$ref": "#/components/parameters/since"
              },
              {
                "$ref": "#/components/parameters/until"
              }
            ],
            "responses": {
              "200": {
                "description": "How verdicts changed",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/PastVerdicts"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "404": {
                "$ref": "#/components/responses/NotFound"
              }
            }
          }
        },
        "/api/v1/evidence/{file}": {
          "get": {
            "summary": "The packets behind a finding, as FINDING.pcapng, from the agents that keep a ring of frames",
            "parameters": [
              {
                "name": "file",
                "in": "path",
                "required": true,
                "schema": {
                  "type": "string"
                }
              }
            ],
            "responses": {
              "200": {
                "description": "What agents held of the packets that the finding's client and its pods exchanged, from ten seconds before until ten seconds after; payloads included, as far as agents keep them. Section comments say of each node what came and what is missing.",
                "headers": {
                  "Stickler-Evidence": {
                    "description": "What each node had: NODE=PACKETS, followed by partial (its ring does not reach back so far), cut or silent where some may be missing, or NODE=none where its agent keeps no ring, or NODE=busy.",
                    "schema": {
                      "type": "string"
                    }
                  }
                },
                "content": {
                  "application/octet-stream": {
                    "schema": {
                      "type": "string",
                      "format": "binary"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "404": {
                "description": "There is no such finding, no agent that is connected keeps a ring, or none holds packets of this finding any more.",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Problem"
                    }
                  }
                }
              },
              "503": {
                "description": "There is no report yet, or the evidence of as many findings as may be is being gathered already.",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Problem"
                    }
                  }
                }
              },
              "504": {
                "description": "No agent that keeps a ring answered in time.",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Problem"
                    }
                  }
                }
              }
            }
          }
        },
        "/api/v1/events": {
          "get": {
            "summary": "What happens, as server-sent events: move, incident, withdrawal, contradiction, verdict, report; and gap, when some were missed",
            "responses": {
              "200": {
                "description": "What happens, as server-sent events: move, incident, withdrawal, contradiction, verdict, report; and gap, when some were missed",
                "content": {
                  "text/event-stream": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              },
              "503": {
                "description": "Too many listen already.",
                "content": {
                  "application/json": {
                    "schema": {
                      "$ref": "#/components/schemas/Problem"
                    }
                  }
                }
              }
            },
            "parameters": [
              {
                "name": "Last-Event-ID",
                "in": "header",
                "description": "The last event that was seen: what came after it is told first.",
                "schema": {
                  "type": "integer"
                }
              }
            ]
          }
        },
        "/api/v1/openapi.json": {
          "get": {
            "summary": "This description",
            "responses": {
              "200": {
                "description": "This description",
                "content": {
                  "application/json": {
                    "schema": {
                      "type": "object"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              }
            }
          }
        },
        "/api/v1/report.schema.json": {
          "get": {
            "summary": "The schema of reports, which this description refers to",
            "responses": {
              "200": {
                "description": "The schema of reports, which this description refers to",
                "content": {
                  "application/json": {
                    "schema": {
                      "type": "object"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              }
            }
          }
        },
        "/metrics": {
          "get": {
            "summary": "Numbers for Prometheus",
            "responses": {
              "200": {
                "description": "Numbers for Prometheus",
                "content": {
                  "text/plain; version=0.0.4; charset=utf-8": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "401": {
                "$ref": "#/components/responses/Unauthorized"
              }
            }
          }
        },
        "/healthz": {
          "get": {
            "summary": "Whether the process answers",
            "responses": {
              "200": {
                "description": "Whether the process answers",
                "content": {
                  "text/plain; charset=utf-8": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              }
            },
            "security": [
              {}
            ]
          }
        },
        "/readyz": {
          "get": {
            "summary": "Whether it can do its work",
            "responses": {
              "200": {
                "description": "Whether it can do its work",
                "content": {
                  "text/plain; charset=utf-8": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              },
              "400": {
                "$ref": "#/components/responses/BadRequest"
              },
              "503": {
                "description": "It cannot, and why",
                "content": {
                  "text/plain; charset=utf-8": {
                    "schema": {
                      "type": "string"
                    }
                  }
                }
              }
            },
            "security": [
              {}
            ]
          }
        }
      },
      "components": {
        "parameters": {
          "limit": {
            "name": "limit",
            "in": "query",
            "description": "How many items a page has at most.",
            "schema": {
              "type": "integer",
              "minimum": 1,
              "maximum": 1000,
              "default": 100
            }
          },
          "cursor": {
            "name": "cursor",
            "in": "query",
            "description": "Where to go on: `next` of the page before.",
            "schema": {
              "type": "string"
            }
          },
          "service": {
            "name": "service",
            "in": "query",
            "description": "Only of this service, as namespace/name.",
            "schema": {
              "type": "string"
            }
          },
          "client": {
            "name": "client",
            "in": "query",
            "description": "Only of this client: an address, or one with a port.",
            "schema": {
              "type": "string"
            }
          },
          "node": {
            "name": "node",
            "in": "query",
            "description": "Only of this node; for sessions also where they came in.",
            "schema": {
              "type": "string"
            }
          },
          "since": {
            "name": "since",
            "in": "query",
            "description": "Only what goes on at this time or later, RFC 3339 in UTC.",
            "schema": {
              "type": "string",
              "format": "date-time"
            }
          },
          "until": {
            "name": "until",
            "in": "query",
            "description": "Only what began at this time or earlier, RFC 3339 in UTC.",
            "schema": {
              "type": "string",
              "format": "date-time"
            }
          },
          "pod": {
            "name": "pod",
            "in": "query",
            "description": "Only sessions that this pod served, as namespace/name.",
            "schema": {
              "type": "string"
            }
          },
          "moved": {
            "name": "moved",
            "in": "query",
            "description": "Only sessions with several placements, or only others.",
            "schema": {
              "type": "boolean"
            }
          },
          "broken": {
            "name": "broken",
            "in": "query",
            "description": "Only sessions whose client has a finding that no explanation excuses, or only others.",
            "schema": {
              "type": "boolean"
            }
          },
          "mode": {
            "name": "mode",
            "in": "query",
            "description": "Only of this failure mode, such as A2.",
            "schema": {
              "type": "string"
            }
          },
          "class": {
            "name": "class",
            "in": "query",
            "description": "Only of this class.",
            "schema": {
              "$ref": "report.schema.json#/$defs/class"
            }
          },
          "incident": {
            "name": "incident",
            "in": "query",
            "description": "Only of this incident.",
            "schema": {
              "type": "string"
            }
          },
          "form": {
            "name": "form",
            "in": "query",
            "description": "`stored` also has what other formats print: `stickler report --from URL` asks for that.",
            "schema": {
              "enum": [
                "report",
                "stored"
              ],
              "default": "report"
            }
          }
        },
        "responses": {
          "Unchanged": {
            "description": "What If-None-Match names is still what there is."
          },
          "BadRequest": {
            "description": "A parameter is unknown, or is not what it has to be.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Problem"
                }
              }
            }
          },
          "Unauthorized": {
            "description": "The token is missing or wrong.",
            "headers": {
              "WWW-Authenticate": {
                "schema": {
                  "type": "string"
                }
              }
            },
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Problem"
                }
              }
            }
          },
          "NotFound": {
            "description": "There is no such thing.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Problem"
                }
              }
            }
          },
          "NoReport": {
            "description": "There is no report yet.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Problem"
                }
              }
            }
          }
        },
        "securitySchemes": {
          "bearer": {
            "type": "http",
            "scheme": "bearer"
          },
          "basic": {
            "type": "http",
            "scheme": "basic",
            "description": "For browsers: any name, and the token as the password."
          }
        },
        "schemas": {
          "Problem": {
            "description": "What was wrong, and what to do about it.",
            "type": "object",
            "required": [
              "error",
              "what_to_do"
            ],
            "additionalProperties": false,
            "properties": {
              "error": {
                "type": "string"
              },
              "what_to_do": {
                "type": "string"
              }
            }
          },
          "Services": {
            "description": "Services, by name.",
            "type": "object",
            "required": [
              "report",
              "made_at",
              "total",
              "next",
              "items"
            ],
            "additionalProperties": false,
            "properties": {
              "report": {
                "description": "The number of the report that it is of; null for what is kept of earlier ones, and before the first.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 1
              },
              "made_at": {
                "description": "When that was made.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "total": {
                "description": "How many there are on all pages; null where nobody counts.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "next": {
                "description": "The cursor of the next page; null on the last.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "items": {
                "type": "array",
                "items": {
                  "$ref": "report.schema.json#/$defs/service"
                }
              }
            }
          },
          "Sessions": {
            "description": "Sessions, by client and front.",
            "type": "object",
            "required": [
              "report",
              "made_at",
              "total",
              "next",
              "items"
            ],
            "additionalProperties": false,
            "properties": {
              "report": {
                "description": "The number of the report that it is of; null for what is kept of earlier ones, and before the first.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 1
              },
              "made_at": {
                "description": "When that was made.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "total": {
                "description": "How many there are on all pages; null where nobody counts.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "next": {
                "description": "The cursor of the next page; null on the last.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "items": {
                "type": "array",
                "items": {
                  "$ref": "report.schema.json#/$defs/session"
                }
              }
            }
          },
          "Findings": {
            "description": "Findings, by time.",
            "type": "object",
            "required": [
              "report",
              "made_at",
              "total",
              "next",
              "items"
            ],
            "additionalProperties": false,
            "properties": {
              "report": {
                "description": "The number of the report that it is of; null for what is kept of earlier ones, and before the first.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 1
              },
              "made_at": {
                "description": "When that was made.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "total": {
                "description": "How many there are on all pages; null where nobody counts.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "next": {
                "description": "The cursor of the next page; null on the last.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "items": {
                "type": "array",
                "items": {
                  "$ref": "report.schema.json#/$defs/finding"
                }
              }
            }
          },
          "Incidents": {
            "description": "Incidents, by time.",
            "type": "object",
            "required": [
              "report",
              "made_at",
              "total",
              "next",
              "items"
            ],
            "additionalProperties": false,
            "properties": {
              "report": {
                "description": "The number of the report that it is of; null for what is kept of earlier ones, and before the first.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 1
              },
              "made_at": {
                "description": "When that was made.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "total": {
                "description": "How many there are on all pages; null where nobody counts.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "next": {
                "description": "The cursor of the next page; null on the last.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "items": {
                "type": "array",
                "items": {
                  "$ref": "report.schema.json#/$defs/incident"
                }
              }
            }
          },
          "Nodes": {
            "description": "Nodes, by name.",
            "type": "object",
            "required": [
              "report",
              "made_at",
              "total",
              "next",
              "items"
            ],
            "additionalProperties": false,
            "properties": {
              "report": {
                "description": "The number of the report that it is of; null for what is kept of earlier ones, and before the first.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 1
              },
              "made_at": {
                "description": "When that was made.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "total": {
                "description": "How many there are on all pages; null where nobody counts.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "next": {
                "description": "The cursor of the next page; null on the last.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "items": {
                "type": "array",
                "items": {
                  "$ref": "#/components/schemas/Node"
                }
              }
            }
          },
          "Agent": {
            "description": "What is known of a node's agent.",
            "type": "object",
            "required": [
              "presence",
              "address",
              "watermark",
              "last_heard",
              "connections",
              "observations",
              "duplicates",
              "missing",
              "frames",
              "dropped",
              "evidence_ring_bytes"
            ],
            "additionalProperties": false,
            "properties": {
              "presence": {
                "description": "current: connected and up to date; late: connected and not waited for; away: not connected; absent: away for so long that it is a blind spot.",
                "enum": [
                  "current",
                  "late",
                  "away",
                  "absent"
                ]
              },
              "address": {
                "description": "Where it connects from.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "watermark": {
                "description": "Up to when all that it saw has been told.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "last_heard": {
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "connections": {
                "$ref": "report.schema.json#/$defs/count"
              },
              "observations": {
                "$ref": "report.schema.json#/$defs/count"
              },
              "duplicates": {
                "description": "Records that came once more, and were left out.",
                "$ref": "report.schema.json#/$defs/count"
              },
              "missing": {
                "description": "Records that it counted and that never came.",
                "$ref": "report.schema.json#/$defs/count"
              },
              "frames": {
                "description": "What its capture saw.",
                "$ref": "report.schema.json#/$defs/count"
              },
              "dropped": {
                "description": "What its capture lost; null where that is not known.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "evidence_ring_bytes": {
                "description": "The memory in which it keeps the frames captured last, for /api/v1/evidence; null where it keeps none.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              }
            }
          },
          "Node": {
            "type": "object",
            "required": [
              "name",
              "agent",
              "capture"
            ],
            "additionalProperties": false,
            "properties": {
              "name": {
                "type": "string"
              },
              "agent": {
                "anyOf": [
                  {
                    "$ref": "#/components/schemas/Agent"
                  },
                  {
                    "type": "null"
                  }
                ]
              },
              "capture": {
                "description": "As the latest report has it.",
                "anyOf": [
                  {
                    "$ref": "report.schema.json#/$defs/node"
                  },
                  {
                    "type": "null"
                  }
                ]
              }
            }
          },
          "PastFindings": {
            "description": "Findings of all reports, the latest first.",
            "type": "object",
            "required": [
              "report",
              "made_at",
              "total",
              "next",
              "items"
            ],
            "additionalProperties": false,
            "properties": {
              "report": {
                "description": "The number of the report that it is of; null for what is kept of earlier ones, and before the first.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 1
              },
              "made_at": {
                "description": "When that was made.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "total": {
                "description": "How many there are on all pages; null where nobody counts.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "next": {
                "description": "The cursor of the next page; null on the last.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "items": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": [
                    "told",
                    "seen",
                    "withdrawn",
                    "finding"
                  ],
                  "additionalProperties": false,
                  "properties": {
                    "told": {
                      "description": "When a report first said it.",
                      "$ref": "report.schema.json#/$defs/time"
                    },
                    "seen": {
                      "description": "When a report last said something new of it.",
                      "$ref": "report.schema.json#/$defs/time"
                    },
                    "withdrawn": {
                      "description": "When a report no longer said it, although it could have.",
                      "$ref": "report.schema.json#/$defs/timeOrNull"
                    },
                    "finding": {
                      "$ref": "report.schema.json#/$defs/finding"
                    }
                  }
                }
              }
            }
          },
          "PastIncidents": {
            "description": "Incidents of all reports, the latest first.",
            "type": "object",
            "required": [
              "report",
              "made_at",
              "total",
              "next",
              "items"
            ],
            "additionalProperties": false,
            "properties": {
              "report": {
                "description": "The number of the report that it is of; null for what is kept of earlier ones, and before the first.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 1
              },
              "made_at": {
                "description": "When that was made.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "total": {
                "description": "How many there are on all pages; null where nobody counts.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "next": {
                "description": "The cursor of the next page; null on the last.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "items": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": [
                    "told",
                    "seen",
                    "withdrawn",
                    "incident"
                  ],
                  "additionalProperties": false,
                  "properties": {
                    "told": {
                      "description": "When a report first said it.",
                      "$ref": "report.schema.json#/$defs/time"
                    },
                    "seen": {
                      "description": "When a report last said something new of it.",
                      "$ref": "report.schema.json#/$defs/time"
                    },
                    "withdrawn": {
                      "description": "When a report no longer said it, although it could have.",
                      "$ref": "report.schema.json#/$defs/timeOrNull"
                    },
                    "incident": {
                      "$ref": "report.schema.json#/$defs/incident"
                    }
                  }
                }
              }
            }
          },
          "PastSessions": {
            "description": "Sessions of all reports, the latest first.",
            "type": "object",
            "required": [
              "report",
              "made_at",
              "total",
              "next",
              "items"
            ],
            "additionalProperties": false,
            "properties": {
              "report": {
                "description": "The number of the report that it is of; null for what is kept of earlier ones, and before the first.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 1
              },
              "made_at": {
                "description": "When that was made.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "total": {
                "description": "How many there are on all pages; null where nobody counts.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "next": {
                "description": "The cursor of the next page; null on the last.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "items": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": [
                    "told",
                    "seen",
                    "withdrawn",
                    "session"
                  ],
                  "additionalProperties": false,
                  "properties": {
                    "told": {
                      "description": "When a report first said it.",
                      "$ref": "report.schema.json#/$defs/time"
                    },
                    "seen": {
                      "description": "When a report last said something new of it.",
                      "$ref": "report.schema.json#/$defs/time"
                    },
                    "withdrawn": {
                      "description": "When a report no longer said it, although it could have.",
                      "$ref": "report.schema.json#/$defs/timeOrNull"
                    },
                    "session": {
                      "$ref": "report.schema.json#/$defs/session"
                    }
                  }
                }
              }
            }
          },
          "PastVerdicts": {
            "description": "Changes of verdicts, the latest first.",
            "type": "object",
            "required": [
              "report",
              "made_at",
              "total",
              "next",
              "items"
            ],
            "additionalProperties": false,
            "properties": {
              "report": {
                "description": "The number of the report that it is of; null for what is kept of earlier ones, and before the first.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 1
              },
              "made_at": {
                "description": "When that was made.",
                "$ref": "report.schema.json#/$defs/timeOrNull"
              },
              "total": {
                "description": "How many there are on all pages; null where nobody counts.",
                "type": [
                  "integer",
                  "null"
                ],
                "minimum": 0
              },
              "next": {
                "description": "The cursor of the next page; null on the last.",
                "type": [
                  "string",
                  "null"
                ]
              },
              "items": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": [
                    "at",
                    "service",
                    "expectation",
                    "verdict",
                    "reason",
                    "checked",
                    "violations",
                    "explained"
                  ],
                  "additionalProperties": false,
                  "properties": {
                    "at": {
                      "$ref": "report.schema.json#/$defs/time"
                    },
                    "service": {
                      "type": "string"
                    },
                    "expectation": {
                      "type": "string"
                    },
                    "verdict": {
                      "type": "string"
                    },
                    "reason": {
                      "type": "string"
                    },
                    "checked": {
                      "$ref": "report.schema.json#/$defs/count"
                    },
                    "violations": {
                      "$ref": "report.schema.json#/$defs/count"
                    },
                    "explained": {
                      "$ref": "report.schema.json#/$defs/count"
                    }
                  }
                }
              }
            }
          },
          "StoredReport": {
            "description": "A report, and what other formats print beside it; its form may change with every version.",
            "type": "object",
            "required": [
              "schema",
              "report"
            ],
            "properties": {
              "schema": {
                "const": "stickler.stored-report/1"
              },
              "report": {
                "$ref": "report.schema.json#/$defs/report"
              }
            }
          }
        }
      }
    }

    """##

  /// `docs/report.schema.json`, which it refers to.
  static let schema = ##"""
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "urn:stickler:report:1",
      "title": "stickler.report/1",
      "description": "What `stickler analyze --format json` prints. An unknown is null. Times are RFC 3339 in UTC with nine digits. Within version 1, members may be added and never change their meaning.",
      "$ref": "#/$defs/report",
      "$defs": {
        "report": {
          "type": "object",
          "required": ["schema", "verdict", "exit_code", "capture", "matching", "services", "sessions", "incidents", "findings", "undetermined", "blind_spots"],
          "additionalProperties": false,
          "properties": {
            "schema": { "const": "stickler.report/1" },
            "verdict": { "description": "Of all services: fail before inconclusive before pass.", "anyOf": [{ "$ref": "#/$defs/verdict" }, { "type": "null" }] },
            "exit_code": { "description": "0 all pass, 1 a violation, 2 inconclusive.", "enum": [0, 1, 2] },
            "capture": { "$ref": "#/$defs/capture" },
            "matching": { "$ref": "#/$defs/matching" },
            "services": { "description": "By name.", "type": "array", "items": { "$ref": "#/$defs/service" } },
            "sessions": { "description": "By client, then front.", "type": "array", "items": { "$ref": "#/$defs/session" } },
            "incidents": { "description": "Findings with one cause; by time, mode, client.", "type": "array", "items": { "$ref": "#/$defs/incident" } },
            "findings": { "description": "By time, mode, client.", "type": "array", "items": { "$ref": "#/$defs/finding" } },
            "undetermined": { "description": "What could not be told apart, and what would tell.", "type": "array", "items": { "$ref": "#/$defs/undetermined" } },
            "blind_spots": { "description": "What the capture could not have shown.", "type": "array", "items": { "$ref": "#/$defs/blindSpot" } },
            "statements": { "$ref": "#/$defs/statements" },
            "contradictions": { "description": "Placements that the answers of pods themselves speak against; by time, client, front. What rests on them is inconclusive.", "type": "array", "items": { "$ref": "#/$defs/contradiction" } }
          }
        },
        "verdict": { "enum": ["pass", "fail", "inconclusive", "not promised"] },
        "time": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{9}Z$" },
        "timeOrNull": { "anyOf": [{ "$ref": "#/$defs/time" }, { "type": "null" }] },
        "endpoint": { "description": "An address and a UDP port; IPv6 as RFC 5952 writes it, in brackets.", "type": "string", "pattern": "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-f:]+\\]):[0-9]{1,5}$" },
        "name": { "type": ["string", "null"] },
        "count": { "type": "integer", "minimum": 0 },
        "share": { "description": "0 to 1, four decimals.", "type": "number", "minimum": 0, "maximum": 1 },
        "mode": { "description": "The catalogue's id, as `stickler explain` lists them; null where the cause is undetermined.", "type": ["string", "null"], "pattern": "^[ABC][0-9]{1,2}$" },
        "class": { "enum": ["violation", "explained", "loss", "source", "security"] },
        "origin": { "enum": ["cluster", "upstream", "client"] },
        "capture": {
          "type": "object",
          "required": ["from", "to", "nodes"],
          "additionalProperties": false,
          "properties": {
            "from": { "$ref": "#/$defs/timeOrNull" },
            "to": { "$ref": "#/$defs/timeOrNull" },
            "nodes": { "description": "By name.", "type": "array", "items": { "$ref": "#/$defs/node" } }
          }
        },
        "node": {
          "type": "object",
          "required": ["name", "files", "packets", "sightings", "malformed", "truncated", "dropped", "clock_offset_us"],
          "additionalProperties": false,
          "properties": {
            "name": { "type": "string" },
            "files": { "type": "array", "items": { "type": "string" } },
            "packets": { "$ref": "#/$defs/count" },
            "sightings": { "description": "UDP datagrams, counted at every place that saw them.", "$ref": "#/$defs/count" },
            "malformed": { "$ref": "#/$defs/count" },
            "truncated": { "description": "Cut by the snap length.", "$ref": "#/$defs/count" },
            "dropped": { "description": "By the capture itself; null where the files do not say.", "type": ["integer", "null"], "minimum": 0 },
            "clock_offset_us": { "description": "How far its clock is ahead of the first node's, in microseconds.", "type": ["integer", "null"] }
          }
        },
        "matching": {
          "type": "object",
          "required": ["matched", "ambiguous", "unmatched", "evicted"],
          "additionalProperties": false,
          "properties": {
            "matched": {
              "description": "Datagrams whose twin behind the NAT was found, by the tier that proved it; T1 is the strongest.",
              "type": "object",
              "required": ["T1", "T2", "T3", "T4", "T5"],
              "additionalProperties": { "$ref": "#/$defs/count" }
            },
            "ambiguous": { "description": "Dropped rather than guessed.", "$ref": "#/$defs/count" },
            "unmatched": { "$ref": "#/$defs/count" },
            "evicted": { "$ref": "#/$defs/count" }
          }
        },
        "service": {
          "type": "object",
          "required": ["name", "fronts", "external_traffic_policy", "session_affinity", "timeout_seconds", "verdicts"],
          "additionalProperties": false,
          "properties": {
            "name": { "description": "namespace/name; null without an inventory.", "$ref": "#/$defs/name" },
            "fronts": { "description": "The addresses that clients aimed at, with the protocol.", "type": "array", "items": { "type": "string" } },
            "external_traffic_policy": { "enum": ["Cluster", "Local", null] },
            "session_affinity": { "enum": ["None", "ClientIP", null] },
            "timeout_seconds": { "type": ["integer", "null"], "minimum": 0 },
            "verdicts": { "type": "array", "items": { "$ref": "#/$defs/expectationVerdict" } }
          }
        },
        "expectationVerdict": {
          "type": "object",
          "required": ["expectation", "verdict", "reason", "checked", "violations", "explained"],
          "additionalProperties": false,
          "properties": {
            "expectation": { "enum": ["same-pod", "same-seen-source", "source-preserved", "client-ip-affinity", "no-cross-node", "no-loss"] },
            "verdict": { "$ref": "#/$defs/verdict" },
            "reason": { "type": "string" },
            "checked": { "$ref": "#/$defs/count" },
            "violations": { "$ref": "#/$defs/count" },
            "explained": { "$ref": "#/$defs/count" }
          }
        },
        "session": {
          "description": "One client endpoint talking to one front. Datagrams are counted from client to backend, once each.",
          "type": "object",
          "required": ["client", "front", "service", "datagrams", "placed", "ambiguous", "lost", "lost_at", "replies", "placements"],
          "additionalProperties": false,
          "properties": {
            "client": { "$ref": "#/$defs/endpoint" },
            "front": { "$ref": "#/$defs/endpoint" },
            "service": { "$ref": "#/$defs/name" },
            "datagrams": { "$ref": "#/$defs/count" },
            "placed": { "$ref": "#/$defs/count" },
            "ambiguous": { "$ref": "#/$defs/count" },
            "lost": { "$ref": "#/$defs/count" },
            "lost_at": { "type": "array", "items": { "$ref": "#/$defs/loss" } },
            "replies": { "$ref": "#/$defs/count" },
            "placements": { "description": "In order of time; neighbours differ in backend or seen source.", "type": "array", "items": { "$ref": "#/$defs/placement" } }
          }
        },
        "loss": {
          "type": "object",
          "required": ["hop", "node", "datagrams"],
          "additionalProperties": false,
          "properties": {
            "hop": { "type": "string" },
            "node": { "$ref": "#/$defs/name" },
            "datagrams": { "$ref": "#/$defs/count" }
          }
        },
        "placement": {
          "description": "The time for which a session had one backend and one seen source.",
          "type": "object",
          "required": ["backend", "pod", "node", "ingress_node", "seen_source", "from", "to", "datagrams", "confidence"],
          "additionalProperties": false,
          "properties": {
            "backend": { "$ref": "#/$defs/endpoint" },
            "pod": { "$ref": "#/$defs/name" },
            "node": { "description": "The backend's.", "$ref": "#/$defs/name" },
            "ingress_node": { "$ref": "#/$defs/name" },
            "seen_source": { "description": "The source that the pod saw.", "$ref": "#/$defs/endpoint" },
            "from": { "$ref": "#/$defs/time" },
            "to": { "$ref": "#/$defs/time" },
            "datagrams": { "$ref": "#/$defs/count" },
            "confidence": { "$ref": "#/$defs/share" }
          }
        },
        "placementOrNull": { "anyOf": [{ "$ref": "#/$defs/placement" }, { "type": "null" }] },
        "incident": {
          "type": "object",
          "required": ["id", "mode", "class", "origin", "service", "node", "from", "to", "summary", "findings"],
          "additionalProperties": false,
          "properties": {
            "id": { "type": "string" },
            "mode": { "$ref": "#/$defs/mode" },
            "class": { "$ref": "#/$defs/class" },
            "origin": { "$ref": "#/$defs/origin" },
            "service": { "$ref": "#/$defs/name" },
            "node": { "$ref": "#/$defs/name" },
            "from": { "$ref": "#/$defs/time" },
            "to": { "$ref": "#/$defs/time" },
            "summary": { "type": "string" },
            "findings": { "description": "Ids of its members.", "type": "array", "items": { "type": "string" } }
          }
        },
        "finding": {
          "type": "object",
          "required": ["id", "incident", "mode", "name", "class", "origin", "service", "client", "node", "at", "changed", "was", "now", "confidence", "because", "ruled_out", "evidence"],
          "additionalProperties": false,
          "properties": {
            "id": { "type": "string" },
            "incident": { "type": "string" },
            "mode": { "$ref": "#/$defs/mode" },
            "name": { "$ref": "#/$defs/name" },
            "class": { "$ref": "#/$defs/class" },
            "origin": { "$ref": "#/$defs/origin" },
            "service": { "$ref": "#/$defs/name" },
            "client": { "type": ["string", "null"] },
            "node": { "$ref": "#/$defs/name" },
            "at": { "$ref": "#/$defs/time" },
            "changed": { "type": "array", "items": { "enum": ["backend", "seen_source"] } },
            "was": { "$ref": "#/$defs/placementOrNull" },
            "now": { "$ref": "#/$defs/placementOrNull" },
            "confidence": { "$ref": "#/$defs/share" },
            "because": { "type": "array", "items": { "type": "string" } },
            "ruled_out": {
              "type": "array",
              "items": {
                "type": "object",
                "required": ["mode", "why"],
                "additionalProperties": false,
                "properties": { "mode": { "type": "string", "pattern": "^[ABC][0-9]{1,2}$" }, "why": { "type": "string" } }
              }
            },
            "evidence": { "$ref": "#/$defs/evidence" }
          }
        },
        "evidence": {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["file", "frame", "role"],
            "additionalProperties": false,
            "properties": {
              "file": { "type": "string" },
              "frame": { "description": "As tshark numbers it, from 1.", "type": "integer", "minimum": 1 },
              "role": { "type": "string" }
            }
          }
        },
        "undetermined": {
          "type": "object",
          "required": ["modes", "service", "client", "at", "needs"],
          "additionalProperties": false,
          "properties": {
            "modes": { "type": "array", "items": { "type": "string" } },
            "service": { "$ref": "#/$defs/name" },
            "client": { "type": ["string", "null"] },
            "at": { "$ref": "#/$defs/time" },
            "needs": { "type": "string" }
          }
        },
        "statements": {
          "description": "How much of the report the pods themselves speak for, in answers of STUN, the affinity tester and the echo server's banner.",
          "type": "object",
          "required": ["sessions", "confirmed", "contradicted"],
          "additionalProperties": false,
          "properties": {
            "sessions": { "description": "With an answer that says something.", "$ref": "#/$defs/count" },
            "confirmed": { "description": "Placements.", "$ref": "#/$defs/count" },
            "contradicted": { "description": "Placements.", "$ref": "#/$defs/count" }
          }
        },
        "contradiction": {
          "type": "object",
          "required": ["kind", "service", "client", "front", "node", "at", "placement", "stated", "because", "evidence"],
          "additionalProperties": false,
          "properties": {
            "kind": { "enum": ["seen-source", "pod"] },
            "service": { "$ref": "#/$defs/name" },
            "client": { "$ref": "#/$defs/endpoint" },
            "front": { "$ref": "#/$defs/endpoint" },
            "node": { "description": "Where the answer was seen.", "type": "string" },
            "at": { "$ref": "#/$defs/time" },
            "placement": { "description": "What was found by matching.", "$ref": "#/$defs/placement" },
            "stated": {
              "description": "What the pod says.",
              "type": "object",
              "required": ["pod", "seen_source", "protocol"],
              "additionalProperties": false,
              "properties": {
                "pod": { "$ref": "#/$defs/name" },
                "seen_source": { "anyOf": [{ "$ref": "#/$defs/endpoint" }, { "type": "null" }] },
                "protocol": { "enum": ["stun", "affinity-tester", "banner"] }
              }
            },
            "because": { "type": "string" },
            "evidence": { "$ref": "#/$defs/evidence" }
          }
        },
        "blindSpot": {
          "type": "object",
          "required": ["kind", "where", "effect"],
          "additionalProperties": false,
          "properties": {
            "kind": { "type": "string" },
            "where": { "type": "string" },
            "effect": { "type": "string" }
          }
        }
      }
    }

    """##
}
