"""Lists of lights in the forms in which cities give them; every light in them is made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# as in North America: wards that are numbers, classes with spaces, watts of two lamps, lamps a pole
PLAIN = """\
OBJECTID,FACILITYID,WARD,AREA,FEEDER,ROADCLASSIFICATION_DESC,LIGHTTYPE_DESC,NUMBERLIGHTS,WATTAGE1,WATTAGE2,XCOORD,YCOORD
1,601,2,East / Market,2,Minor Arterial,HPS-High Pressure Sodium,1,250,N/A,78.7401,23.8401
2,602,2,East / Market,,Minor Arterial,HPS-High Pressure Sodium,2,400,400,78.7402,23.8401
3,603,6,West End,6,Local,LED-Light Emitting Diode,1,90,N/A,78.7403,23.8401
4,604,6,West End,6,Local,HPS-High Pressure Sodium,9,250,N/A,78.7404,23.8401
"""
# as an Indian municipality exports it: a title before the header, Devanagari, minutes and seconds, mistakes
HINDI = """\
नगर निगम - स्ट्रीट लाइट सूची,,,,,,,
क्रमांक,वार्ड क्रमांक,पोल क्रमांक,स्थान,अक्षांश,देशांतर,लैंप प्रकार,वाट
1,सदर,12/1,"सदर बाज़ार,
गली नं 2",23.8388,78.7378,एलईडी,45
2,सदर,12/2,सदर बाज़ार,२३.८३८९,७८.७३७९,सोडियम,150
3,सिविल लाइन्स,13/1,मेन रोड,"23°50'24""N","78°44'24""E",एलईडी,90
4,सिविल लाइन्स,13/2,मेन रोड,0,0,एलईडी,90
5,सिविल लाइन्स,13/3,मेन रोड,78.7377,23.8387,एलईडी,90
6,सिविल लाइन्स,13/4,मेन रोड,12.97,77.59,एलईडी,90
"""
KOREAN = "위도,경도\n" + "".join(f"37.2807{n},126.8252{n}\n" for n in range(10, 20))
GERMAN = """\
sep=;
Leuchten-Nr.;Straße;Leuchtmittel;Leistung [W];Breitengrad;Längengrad;Schaltschrank
1001;Königstraße;NAV-T 70;70;48,1371540;11,5753820;SK 12
1002;Bäckergasse;LED;23,5;48,1372540;11,5754820;SK 12
"""


def geojson(*features: tuple[dict[str, Any], list[float]], **members: Any) -> str:
    listed = [
        {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": at}}
        for properties, at in features
    ]
    return json.dumps({"type": "FeatureCollection", **members, "features": listed})


def utm(code: str) -> dict[str, Any]:
    """The member ``crs`` of GeoJSON before RFC 7946."""
    return {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}


OSM = geojson(
    ({"@id": "node/139", "highway": "street_lamp", "lamp_type": "electric"}, [78.7401, 23.8401]),
    ({"@id": "node/140", "highway": "street_lamp", "lamp_type": "led"}, [78.7402, 23.8401]),
)
# one fid for all, metres, three coordinates
METRES = geojson(
    ({"fid": 1, "highway": "2"}, [301687.568, 6243219.25, 103.6]),
    ({"fid": 1, "highway": "2"}, [301712.25, 6243223.225, 101.7]),
    crs=utm("32734"),
)


def put(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file
