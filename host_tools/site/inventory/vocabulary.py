"""What cities call the columns of their lists, in English, Hindi, Korean, Japanese and some languages of Europe.

Names are compared without spaces, punctuation and capitals.  A name in ``NAMES`` is the whole header; one in ``PARTS``
may stand anywhere in it.  Earlier ones are surer.
"""

from __future__ import annotations

import unicodedata

FIELDS = (
    "latitude", "longitude", "position", "pole", "label", "street", "ward", "zone", "feeder", "access_point",
    "road_class", "watts", "lamps", "lamp_type",
)  # fmt: skip

NAMES = {
    "latitude": "latitude lat 위도 緯度 अक्षांश latitud breitengrad breite ycoord ycoordinate gpslat gpslatitude pointy"
    " latdd latitudewgs84 wgs84lat northing hochwert coordy coordenaday utmy y",
    "longitude": "longitude lon long lng 경도 経度 देशांतर देशान्तर रेखांश longitud laengengrad längengrad länge xcoord"
    " xcoordinate gpslon gpslong gpslongitude pointx londd longitudewgs84 wgs84lon logitude easting rechtswert coordx"
    " coordenadax utmx x",
    "position": "latlong latlon latlng latitudelongitude position coordinates coordinate coords coordenadas geopoint"
    " geopoint2d geolocation gps gpslocation wkt wktgeom geom thegeom geometry shape point location 좌표 座標 निर्देशांक",
    "pole": "pole poleid poleno polenumber polenum polecode poletag polename lightid lightno streetlightid"
    " streetlightno streetlightnumber streetlightcode luminaireid lampid lampno lampnumber lamppostid columnid columnno"
    " columnnumber assetid assetno assetnum assetnumber assetcode facilityid unitid fixtureid lighttag"
    " idluminaria codigo codigoluminaria matricula leuchtennummer leuchtennr leuchteid mastnummer mastnr maststandort"
    " lichtpunktnummer numero identifiant codpuntoluz idpuntoluz codi idpunto puntoid 관리번호 가로등번호"
    " 보안등번호 管理番号 街路灯番号 灯番号"
    " 보안등위치명 가로등위치명 externalid खंभासंख्या खम्भासंख्या खंभाक्रमांक खम्भाक्रमांक पोलनंबर पोलसंख्या पोलक्रमांक"
    " ref osmid id name",
    "label": "label unitno unitnumber localref name 명칭 名称 नाम",
    "street": "street streetname road roadname nameofroad sitename addrstreet address locationdescription locationdesc"
    " landmark strasse straße calle carrer rua via adresse rue voie nomvoie libvoie libvoiedom nomrue straat"
    " direccion 도로명 도로명주소 소재지도로명주소"
    " 소재지지번주소 설치위치"
    " 주소 所在地 住所 設置場所 町名 मार्ग सड़क गली पता स्थान",
    "ward": "ward wardno wardnumber wardname wardid municipalward councilward councildistrict electoralward district"
    " distrito districte"
    " barrio parroquia comuna bezirk stadtteil arrondissement 행정동 법정동 읍면동 동 자치구 구 区 町丁目 वार्ड"
    " वार्डसंख्या वार्डक्रमांक वार्डनंबर",
    "zone": "zone zoneno zonename zoneid area areaname locality colony sector neighborhood neighbourhood geoname"
    " quartier barri 구역 地区 ज़ोन जोन क्षेत्र मोहल्ला",
    "feeder": "feeder feederno feederid feedername feedercode circuit circuitno circuitid circuitname circuito cuadro"
    " panelno panelid feederpillar feederpillarno feederpillarid ccms ccmsid ccmsno ccmspanel switchingpoint"
    " switchpoint centrodemando switchno controlbox controlpanel cabinet cabinetid armoire schaltschrank"
    " schaltstelle transformer"
    " dtcode dtname dtr 분전함 제어함 분전함번호 分電盤 फीडर फ़ीडर ट्रांसफार्मर ट्रांसफॉर्मर",
    "access_point": "accesspoint gateway gatewayid concentrator concentratorid dcu dcuid",
    "road_class": "roadclass roadclassification roadtype roadcategory roadclassificationdesc streetclass streettype"
    " functionalclass funcclass highway 도로구분 도로종류 道路種別 सड़कश्रेणी सड़कप्रकार",
    "watts": "watts watt wattage lampwattage lampwatts lampwatt bulbwattage totalwattage ratedwattage ratedpower"
    " lampepower lampower power powerw potencia potenciaw potència potenza puissance leistung 소비전력"
    " 와트수 와트 용량 ワット数"
    " 消費電力 वाट वॉट वाटेज क्षमता lampowerw w",
    "lamps": "lamps nooflamps numberoflamps lampcount numlamps numberlights numberoflights nooflights lightcount"
    " nooffixtures fixturecount numluminaires luminairecount nooffittings lampqty nblamp nblampe nblampes"
    " nombredelampes nombrelampes numlamparas"
    " numerodelamparas anzahllampen anzahlleuchten 등수 설치개수 개수 灯数 लैंपसंख्या"
    " लैम्पसंख्या",
    "lamp_type": "lamptype lighttype lighttypedesc lightsource lamp luminaire luminairetype fixturetype fittingtype"
    " bulbtype lightbulbtype typeoflight typeoflamp typeoffitting typeoffixture typeofluminaire technology"
    " lamptechnology lampkind lightmethod"
    " lampe typelampe typedelampe tipolampara tipoluminaria tipuslampada tipuslàmpada tipodelampara lampada"
    " leuchtmittel leuchtentyp lampentyp lamptipo 광원 광원종류"
    " 등종류 램프종류 光源 灯種 लैंपकाप्रकार लैम्पकाप्रकार लाइटकाप्रकार लैंपप्रकार लैम्पप्रकार लाइटप्रकार",
}  # fmt: skip

PARTS = {
    "latitude": "latitude latitud 위도 緯度 अक्षांश breitengrad northing",
    "longitude": "longitude longitud 경도 経度 देशांतर देशान्तर रेखांश längengrad easting",
    "position": "latlong latlon coordinates 좌표",
    "pole": "poleid poleno polenumber streetlightid lightid assetid खंभा पोल 관리번호 管理番号",
    "label": "",
    "street": "streetname roadname 도로명주소 주소 所在地 住所",
    "ward": "wardno wardname ward वार्ड 행정동",
    "zone": "zonename zoneno 구역 地区 ज़ोन",
    "feeder": "feeder ccms armoire schaltschrank फीडर 분전함 分電盤",
    "access_point": "gateway concentrator",
    "road_class": "roadclass roadtype roadcategory 도로구분 道路種別",
    "watts": "wattage watts watt potencia puissance leistung 소비전력 와트 ワット वाट वॉट",
    "lamps": "nooflamp numberoflight numberlight nooflight nooffixture lampcount",
    "lamp_type": "lamptype lighttype lightsource fixturetype luminairetype bulbtype 광원 光源",
}

# The number of a row in this very file: it is another light's in the next one.
_ROWS = (
    "fid oid objectid ogcfid gid index rowid rownumber sno slno srno serialno serial no number nr no1 column1 unnamed0"
    " targetfid joincount 번호 연번 순번 番号 क्रमांक क्रम क्रमसंख्या क्र"
)
ROW_NUMBERS = frozenset(_ROWS.split())

# Every column of NAMES and PARTS, split once.
WHOLE = {field: names.split() for field, names in NAMES.items()}
WITHIN = {field: names.split() for field, names in PARTS.items()}


def plain(header: str) -> str:
    """*header* as it is compared: letters, their marks and digits alone, without capitals."""
    text = unicodedata.normalize("NFC", header).casefold()
    return "".join(one for one in text if unicodedata.category(one)[0] in "LMN")


def score(field: str, header: str) -> int:
    """How surely *header* is the column of *field*, 0 to 100."""
    name = plain(header)
    if not name:
        return 0
    for names, most in ((WHOLE[field], 100), (WITHIN[field], 50)):
        for place, word in enumerate(names):
            word = plain(word)
            if name == word or (most == 50 and word in name) or (most == 100 and name.rstrip("0123456789") == word):
                return most - min(place, 40)
    return 0
