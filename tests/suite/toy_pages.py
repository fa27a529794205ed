"""Two invented pages, one of each style that documentation is printed in, and the specification of both."""

from typing import Final

import yaml

LIT: Final = "000_00000000000000aa"
BULB: Final = "001_00000000000000bb"

# The style that prints JSON on one line, schemas included.
LIT_PAGE: Final = """\
Lights a bulb. A bulb that is lit
stays lit.
Request parameters
Id of the bulb
Request body
bulb-light
How bright.
Example
{ "level": 3 }
Response 200 OK
The bulb is lit.
{ "bulb": { "level": 3, "colour": null } }
Response 204 No Content
Nothing to say.
Response 429 Too many requests
Too many bulbs.
{ "error": { "code": "TooBright" } }
Response headers
Seconds to wait.
bulb-light
How bright.
{ "type": "object", "properties": { "level": { "type": "integer", "description": "How bright." } }, \
"required": [ "level" ], "additionalProperties": false, "example": { "level": 3 } }
Bulb Response
The bulb.
{ "title": "Bulb Response", "type": "object", "properties": \
{ "bulb": { "$ref": "#/components/schemas/Bulb", "description": "The bulb." } } }
Bulb
{ "type": "object", "allOf": [ { "description": "Any.", "type": "object" } ], "properties": \
{ "level": { "type": "integer" }, "colour": { "type": "string", "nullable": true }, \
"description": { "type": "string" }, \
"x-ray": { "type": "array", "items": { "type": "string", "description": "A ray." } } } }
Error
{ "type": "object", "properties": { "error": { "type": "object" } }, "additionalProperties": true }
Was this page helpful?"""

# The style that prints JSON on several lines, and schemas as tables.
BULB_PAGE: Final = """\
GET https://example.com/bulbs/{bulbId}

Gets a bulb.

Response 200 OK

OK

json
{
    "bulb": {
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

bulb-response

Name
Type
Description

Bulb (short)

A bulb.

Name
Type
Description
kind

What sort of bulb.
It stays what it is.

colour
String, null

Its colour.

Red or green, for instance.

Bulb Kind

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
  /bulbs/{bulbId}:
    get:
      operationId: getBulb
      x-page: 001_00000000000000bb
      responses:
        "200":
          headers: {age: {schema: {type: integer}}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/BulbResponse"}
              examples: {desk: {value: {bulb: {kind: Desk, bulbs: [{}]}}}}
  /bulbs/{bulbId}/light:
    post:
      operationId: lightBulb
      x-page: 000_00000000000000aa
      requestBody:
        content: {application/json: {schema: {$ref: "#/components/schemas/bulb-light"}, example: {level: 3}}}
      responses:
        200:
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Bulb-Response"}
              example: {bulb: {level: 3, colour: null}}
        "204": {description: Nothing.}
        "429": {$ref: "#/components/responses/TooMany"}
components:
  responses:
    TooMany:
      headers: {retry-after: {schema: {type: integer}}}
      content:
        application/json: {schema: {$ref: "#/components/schemas/Error"}, example: {error: {code: TooBright}}}
  schemas:
    bulb-light:
      type: object
      description: Other words.
      properties: {level: {type: integer, x-generation: {minimum: 0}}}
      required: [level]
      additionalProperties: false
      example: {level: 3}
    Bulb-Response:
      title: Bulb Response
      type: object
      properties: {bulb: {$ref: "#/components/schemas/Bulb"}}
    Bulb:
      type: object
      allOf: [{type: object}]
      properties:
        level: {type: integer}
        colour: {type: string, nullable: true}
        description: {type: string}
        x-ray: {type: array, items: {type: string}}
    Error: {type: object, properties: {error: {type: object}}, additionalProperties: true}
    BulbResponse: {type: object, properties: {bulb: {$ref: "#/components/schemas/BulbShort"}}}
    BulbShort:
      title: Bulb (short)
      type: object
      properties: {kind: {$ref: "#/components/schemas/BulbKind"}, colour: {type: string, nullable: true}}
    BulbKind: {type: string, enum: [Desk, Floor]}
""")
