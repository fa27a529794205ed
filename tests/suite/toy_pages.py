"""Two invented pages, one of each style that documentation is printed in, and the specification of both."""

from typing import Final

import yaml

LIT: Final = "000_00000000000000aa"
LAMP: Final = "001_00000000000000bb"

# The style that prints JSON on one line, schemas included.
LIT_PAGE: Final = """\
Lights a lamp. A lamp that is lit
stays lit.
Request parameters
Id of the lamp
Request body
lamp-light
How bright.
Example
{ "level": 3 }
Response 200 OK
The lamp is lit.
{ "lamp": { "level": 3, "colour": null } }
Response 204 No Content
Nothing to say.
Response 429 Too many requests
Too many lamps.
{ "error": { "code": "TooBright" } }
Response headers
Seconds to wait.
lamp-light
How bright.
{ "type": "object", "properties": { "level": { "type": "integer", "description": "How bright." } }, \
"required": [ "level" ], "additionalProperties": false, "example": { "level": 3 } }
Lamp Response
The lamp.
{ "title": "Lamp Response", "type": "object", "properties": \
{ "lamp": { "$ref": "#/components/schemas/Lamp", "description": "The lamp." } } }
Lamp
{ "type": "object", "allOf": [ { "description": "Any.", "type": "object" } ], "properties": \
{ "level": { "type": "integer" }, "colour": { "type": "string", "nullable": true }, \
"description": { "type": "string" }, \
"x-ray": { "type": "array", "items": { "type": "string", "description": "A ray." } } } }
Error
{ "type": "object", "properties": { "error": { "type": "object" } }, "additionalProperties": true }
Was this page helpful?"""

# The style that prints JSON on several lines, and schemas as tables.
LAMP_PAGE: Final = """\
GET https://example.com/lamps/{lampId}

Gets a lamp.

Response 200 OK

OK

json
{
    "lamp": {
        "kind": "Desk",
        "bulbs": [
            {}
        ]
    }
}

Response headers

Name
Description
age

Seconds since the last change.

lamp-response

Name
Type
Description

Lamp (short)

A lamp.

Name
Type
Description
kind

What sort of lamp.
It stays what it is.

colour
String, null

Its colour.

Red or green, for instance.

Lamp Kind

One of 'Desk', 'Floor'

Name
Type
Description
Desk
String
Floor
String

Was this page helpful?
"""

DOCUMENT: Final = yaml.safe_load("""
paths:
  /lamps/{lampId}:
    get:
      operationId: getLamp
      x-page: 001_00000000000000bb
      responses:
        "200":
          headers: {age: {schema: {type: integer}}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/LampResponse"}
              examples: {desk: {value: {lamp: {kind: Desk, bulbs: [{}]}}}}
  /lamps/{lampId}/light:
    post:
      operationId: lightLamp
      x-page: 000_00000000000000aa
      requestBody:
        content: {application/json: {schema: {$ref: "#/components/schemas/lamp-light"}, example: {level: 3}}}
      responses:
        200:
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Lamp-Response"}
              example: {lamp: {level: 3, colour: null}}
        "204": {description: Nothing.}
        "429": {$ref: "#/components/responses/TooMany"}
components:
  responses:
    TooMany:
      headers: {retry-after: {schema: {type: integer}}}
      content:
        application/json: {schema: {$ref: "#/components/schemas/Error"}, example: {error: {code: TooBright}}}
  schemas:
    lamp-light:
      type: object
      description: Other words.
      properties: {level: {type: integer, x-generation: {minimum: 0}}}
      required: [level]
      additionalProperties: false
      example: {level: 3}
    Lamp-Response:
      title: Lamp Response
      type: object
      properties: {lamp: {$ref: "#/components/schemas/Lamp"}}
    Lamp:
      type: object
      allOf: [{type: object}]
      properties:
        level: {type: integer}
        colour: {type: string, nullable: true}
        description: {type: string}
        x-ray: {type: array, items: {type: string}}
    Error: {type: object, properties: {error: {type: object}}, additionalProperties: true}
    LampResponse: {type: object, properties: {lamp: {$ref: "#/components/schemas/LampShort"}}}
    LampShort:
      title: Lamp (short)
      type: object
      properties: {kind: {$ref: "#/components/schemas/LampKind"}, colour: {type: string, nullable: true}}
    LampKind: {type: string, enum: [Desk, Floor]}
""")
