"""Signatures of the blocks in forged_blocks.py, which writes this file."""

TEXT = b'{"board":"esp32-devkitc","bytes":112265,"version":"0.2.0"}'
SIGNATURES = (
    (
        "right",
        "vUdA4mEB/iotgiZVMSNdq4SRf8uK7tcocAN5eXtwYdOoaalgCtKumUbyO3fpVYhiOjLKhSyIv8NJsPvHdtGXteDTLzNS2Ox1W2Vg"
        "rw0GS5plrp8P4mHzKFbldodLmmnrNm+sU/FXsrAUw5fF5k9t0LCQpEhY/QGHpgPAugp/5wjGlZCQDI1qFko/PruoSwZ1mejO8bW8"
        "7c7AxQmHaKGE55MNPwM77IVGlj1ASPZ7fmdZCRkvwgyO13sytuwG14eDOeyz1XwhFblg3XiPHpgZewXvp9yaRz14ApS+8x3NOHfL"
        "hvGLMNWKGQ+OqzKEAOTpVeJKBqiXGXfxnXp5jT0K6QGdgAsGQcY8v8X13z+cwVu6k+tVS5ChQ6DTMliY4K67w61bndb87uGlcNYN"
        "MqxOXKA3LRb2ZcnxcMA45Ky06PMq+8MchaqzAJ3YMC2xrGzlnrS+frOnnuJzpoBdIfAoUZot0UKrNzKDUGA4ofl/Hr/fieNN5NHR"
        "GExezhASjk8k",
    ),
    (
        "without NULL",
        "SmbfkTHeMsYdsniMVsnJrOhdvK7iT8/Du276hJLW6wj4JnSFqtmZccYxzRSzjEoIOhXvy91D0AAJxux+IMpFOAEVianBBDzmQ8zt"
        "a5LXXViPj+kDDdCHOz8gEcgqisfHOyetrWKF7VVp48BzmW0UURs8velCzKhfILEYpoOQxK8Z/JjiBZkzGpL5jqCJRloFeV6CQdnm"
        "IBzrtXO/ac6UZvaPS2eaf8FRH1VM9o56xukS0WFf2iNbeuJklAy21pi4/URjw3P74VAm2Epkjk/8n27ywbFSTXxq8QqhsglTdFeP"
        "CSCK2bO8SwOReZeGfbeczXEv//lRqY2iyslv6wOHw8Ss7iRKg59SVQe1t7TjtGK7HyLrx2u8/9mpBuRs0o/uyjuqbttKS13BW1P4"
        "L33hb1gzP54xrLDun6iGH4Ot6dlNh6AZ+Psc9AD+M9qtjajIgKKRD2Fcr16JWVN8qSrHkyCJ3dQ1HFlCeY5zSu66CIB+XDtwHLi5"
        "cevls/g/YNLn",
    ),
    (
        "BER: a long length",
        "kNqUhedU2BS0PBJwzdL5jicqloeo55QdW+2biK/tR5G5l8aB51nbSciJ22DpMzD2bpII8U3bk714Dm5ZwtGt8wNovDZCWMPzjCX3"
        "u44TreADS0c4AFk8DwzEX6RjhO2F4xrRgulxj4F1Mdy+viT4oPx5BQ50RdUq4bHu5pFbvTlEjUJpB/pLF00geVCb0U431GhsgyNq"
        "tr5/KKq296jq0I31Sg5L9gbRLzLJTlJ/pBCfrGoIEk8tuH5tvgMqmF3RaZwHSo11FBa+wdWuoPbOnAd3AdscaGoqLAvz+qcv1vOc"
        "/4ND0fNHdKN2HXlhgQJA3hZWco0k+KSITG2xAhtl+EqAjKuvk5QMQFrQTUOyl6A6Q8F10IiYmDopbt94jOGrxQKhD0M4rxnwuzhI"
        "MNKDF0D0hG6/h8LUFZUYwOV5kFX8eI/lze+ijj5iIWaEeu/dzTsqTRO1B56EWZ5TFZdvhl79emO+pJuN0K4OwlMtn9QggRmpC7n4"
        "mAFfjJLsaw23",
    ),
    (
        "BER: a longer length",
        "RH+x2FlOeO8YJJvp/fWe5d/nQDtXvzo8w0EQt/uz1bXcKnqVhRd07vHv0wqhX5ZVmm5JFvQ8ZYzEmjIRiJNoB1agBjV+W+emmPP9"
        "cBZ18pnS3ckQAaNYq/96lNR7CBhk7Ma1iUp1iyAkFaHfv8FmLB3ED03BUavmlslqT2Yf+ZmP2tl+BzAoWz8wfAUVgbfIgPbhzmVF"
        "3RIbOu0SEnoXIgjKFHUFkwrL/5ZseOpmirdHYHHA3qw/y2qnB9/yFponDNxREYm3XPVVadDc2ja5p+XnvQQF4mGLPtzD2emcvx/L"
        "ox34E3A56I4QF3O61U9vZQFIfPKxSbNjI0nrjTuDBRAiUPvi3KJy4pMCuvwFODbEWU8pbmsDABSJPtF9sojyKUZX/T6pl7tuSR/V"
        "UEZk1jEtW9+SWzS0ZXCaDclthB2zCiBAAn+J79nPp1viPcGlJMGqWJPI1sJtkOtcRj/byj+NKoB3xBMgoR9m8f0ZHvahqPAthjsN"
        "Q+waVkE5X3Ml",
    ),
    (
        "BER: a long length inside",
        "hHTM7UPzWgr3iU3i179Js2geYVwWGsukMUQJBQ++GPjNJDgkK1wsFqmkJvqFbYb9uDVd8JDDzbv9siuUV9UkND+MiiFWmf75IOra"
        "R7VW7liiVqGF7eeb5zd7y5fX9fj5qLoTRFnFjKXtQFGSSwyvprA8Q0Rbe9SQHOMyaFNguVWOeulGinCZ1/RS8+AVUlrTRarhvu/5"
        "7y6PQAAfYp6gni5SccbqZGQyTwMwz4tFvIZxsfCG6K1GdXEP9VnU901bN9KeYKzQ2PCCGb8H5+MqGPvXTsVKfn/plIUuLtI1Y2va"
        "f4+0PHd4c52eWaFiYeLpF9K7kuDaw6sWTIfoJQzzup63N5l/dCrI2/YFF76Wd5O8n8zZ6u4yCXB5wwmKioxwXrf7DSyTL2FBlPaA"
        "Gf631uagsvEQmeVEOLY4Tjy9+e4G8XSWfooo5sWBTOfKDdlvOilAgUab0SlXNGWs+NiDpLXXwLKT+QQ3TZsS7V7aTJ/6/IdkCjfs"
        "y1y6wPATKgoM",
    ),
    (
        "BER: a long length of NULL",
        "P7ojH9x3STHmxCyXI76pzrDTb8bNf6dVQz7G0u7ROJQ+VDXcw2lnTZqu1oLoic6AXhAMfN2Dp9RLu31U5eKA22kTZV71CYAart2b"
        "gVDmTC70iQsjMCftlzkAq8AcYQTMARFiKHcTaVwklj4TYsWbBfO9U0FBeGRa+MQz8dRuroOKepVw6rp3Mzu+pqpicVjF7FXANigf"
        "Msi64mrQlQ8f1d2+ULILvgnk3RP1TV7nGeJkHjrSrxHHeRfnvuVlEN1w0hfFMJBmXqJ5fCMi+CU9wBuvmvPkK8cSTSdvTv3GAx7v"
        "i9qe/M7dRalidySkwI/eZ7jww27W7TTFWD1GBSBCs9hKftk3t9qY5WJMX9jad05QEzaIL0eHxc4odTA8TpWW8GEIMXiE3Q5cMmo4"
        "R13cdPrh0e3vAJha0dp5Yqet3DzwFu7lm5vF3A3j248CdIMTwAIN2QAwoI05uKB5Mt6aFVBSs3dII3j9rBMoFsa2Ksxyz2dQWTxW"
        "sgUnkrOpMPse",
    ),
    (
        "BER: a long length of the hash",
        "E5Dk8w/6DXHbBUQDQJdnWoMsLgS7Bqe0gJikQysk9Knl9wO2owye+QwCJBMdKcAAgL44i4WsQwZgjVcf1ZJ+Y8EtB/wu15YHSiDC"
        "rQHBk3ScWWks+XVfGBxdG9LD0iDnOROT7gGXv6gZ9ZbAeQkhDygcv0hk0I0HLcz/qofqMBk+9DPV0jCe/hYlb7oSnjCosmXma2Zi"
        "W4pm3bg7+qV/rouaoqxwrX01wwZ8BDelzfAiJ0MFJ3++OBA6bIgJslWAGwCxVYQt8Rri5StUEc1ayfK5q5qijJ5trsGuB3gIOxva"
        "BLZA7OIMR+M6/+jElyIEt53Trngdd9Zaj+aQXo41GL91Zdrf5c6ZnKXEES/Dh2ONIbFV5OUFN85b/f+TKugr65YvJZrw3VMofTyk"
        "hlOXqKuZhD6fwO5ZBMOttPtwNnNomw/I1x6R5IgTEbU9JcNL/0z2ntD4/fG0+YAHxoi1KdIIWRRhJ18GDucMXF8oc3GlXPIqSZxn"
        "4VZbzKnv3L6Y",
    ),
    (
        "BER: indefinite",
        "fWu75oWaXl8WPhMk+dr3WVQvGHKQEhv89TYgun5RCacXJ+xi389Dvt5HNYcZNJgAFf2/NFkS/t9xokrtF6I05Dq7FbW1EADsRIPR"
        "9WPTsked0i68j2cXCTnYPiO6WLPYKzgbq+vtYK6GQOeFJp5/L4wQ5YUZAbIPxLYM1H8BAJptve+3Qqc3T4ELoSJOAKPcHVu4aCSN"
        "3pbxQlGjMxv09fXBDsCIc3WvxWGdcgZaFO8ze3XH3o5g70UQ1HptstdgwdFM01J7eWgCedA4+kZxNA1ojFIoDvedSBuT5F6mVF0W"
        "ET9Vhzboiqc3ZSrOIZ5ClPWM7lagOuhWtEd7s9SYUKGsjbYutuYGEd7UFQeGDn4MVv78qxTMxF8qsDt00Vfqs6pPb87AFasWS00P"
        "51U+e2TDU/a4MeFnkNC4B28XkncyYDUdZjOE17kZxFI8oDEdQjuXdLPv9TsbIayXB3dt1ZYMScXdYlyl9wwIOWDw66IZekxUsMM8"
        "kkc06OV039Gf",
    ),
    (
        "bytes as parameters",
        "B/Iw61nSWg9/UO4tm2nL1y2jfxuTZy2yhDl7z+XfTs+Im7RorzJ/dPdXbBTwbGCfSr+F6EUY/pCOuvj9lY54roDfzoxDowplsndr"
        "WV9TV8uOdwBR8Fx4AyDPNPfu8h/Vi1XGmMbS8GdYfsgBSTPoqGKnEdzqjDGR+FLgGK4XK+AgkyFj/q1kNuucSdGcf6OnTxlRS0qz"
        "CPKnovS9mvC3aTA4XUj+j0e9AX50ia3TnN4d4YiB+C7J34JXHik0hZ7DHtoYDY06//MAdiJUKk3Wp8e2OyTp+nRzUAYAu5AcmVa2"
        "eBuLzShesFMgnt5LXx5F6AJw5bplL8fj+aWXCdpDHrItWSq1I8oLi0DDUXm5QEB5LM6/REJZgYGEIjqxG64bpZNcF19Pvkd/NUps"
        "EHOhnq4Mxi2+iT+K09sdPKBgSgZjGofuMH0aF5FmQEZrS2JqpcwAv5es4mV0MC6TTvOScXSvdXcJTGyLjdO4nB6D3y2BFhF8v7+R"
        "JudsNKxegNLX",
    ),
    (
        "the name of SHA-1",
        "FuKrTGUSL8jxH74EbG/wHl/37zNcml4ukeBwEknw/Be915mPDKZOXQpidB4IvJ9Z690prJegyjODWOVCdsscGqTL/YOQbLucugTv"
        "sBdzppJGp/kvPYvcyoNqB8waxGK8oPXFu5SGft4aqVqvGjTk3Ri8lFd9Ud9OzLUFrOCOQYcoT0L1ukS3g4cMFEXM5CzGijtM1axA"
        "sk4iApEDJwLyDHYDpyECzdBs/f+xoK8J9q7xiycy703+1hXBEh6XjyS7MFYpfCT032sFJ86+x2OmIdiRXEKKRJlJHnEi5LzKRN/H"
        "dPIxnsU4CIHX+q+OVk2SJINyxxZ9mZ8ghxElkxOCl7lhihcSRlGHCk3CEPBiiLrphpO0atELe635dpATGtdlxRRW54yr1aOxlSEy"
        "+3dlGT5mfc/MUtjp8//1tvYt5r+u3vNQrDzo9MDzXTTb+NLFUHdndUv/JVNtIPeN20L+cW69lt9M3l0Fp+wsxtxUeRrh9lofBxpW"
        "t1CvAwceKHFY",
    ),
    (
        "the name of SHA-384",
        "ly+hAyLtta11GLYiVMn/VnayDp5ja1j+xZXe+X6UOtHsXx3aOZ1GcrSWW3d3G2GXStieSa+ylpLNPm9rumkZa+4nVuId7TAQdwsb"
        "r6VK0JTDmIgurfzrmfL7Bch63OdbV8IvGMf64a80fYzoRBNQRd1XbFyi6VZ1nCGDeH0Mc2qL6vXvZ+Q06rOlnIv4SdHDah9PlRjM"
        "K2TVtv9rs83EVW72poX4HtzrVSWAxgaUQxCM19Q5G7zirVU7t7GzD3i1bUlAH78wz7qXZ74ON1YYBmhAa8OOUn35kXMhKfZbvLIt"
        "JyKqCY8nE696y1d96O60aMzArQKh34MgpxgrV1qigQxnMXIpreKYpnXb66gVfqHmKzEVz5cG4iMkGWYQnSmP2A22sVdoc3p7a6Pq"
        "qPZx+VIR/JpsXIvmQ5YqS6qQer/tnq58+8r9mwbO6o/fB9jqyjGUFNJmA7flLiD98D5PGlfUpJYmbQF0E8xkGN7roiNgDDiMymBM"
        "cUnDwEUOoIQM",
    ),
    (
        "a NULL with a byte",
        "HP7z9OVrHuMPjNeSij8rJNikJcArqs+1jwpxLSr7RXpno/qTlO6nO2CsJ05RdwcztwdLOS6+9KzhlzhpkFgziu+afwlCj96K0rdP"
        "S35irHO+POjTtdgSvO27QQ8m3DcZITcreqxzo8iH3NV4wWwHaTcs/byEaPBJJzMBAoGxWKXEiYUUDRNWtrilX3saU186ZRF4WV95"
        "OpNVKH3Vg19/GSbG7ntFMfhjsBxOCotgmxX7cg6J0v4wofJQdBxqmPD8Qra5Rf09JyZcQA+GRTVZiNlNzi6st4OUf+W70SpvsUKF"
        "g0hEBMddZ+ijleiV32GTrU+ScE+VCTPyJLE2Rcum7pkY8AtEu2a+bq4tyP7ZNzKKukIRQWhPtKYnV/WxHEqBqv65AojnNHMV/6GY"
        "ebL5y0YpWz0QBRXypJq2Tlp8+o2F4zF+ROwloBx2WuQc/mfFtRXkwhie1pZnrvOjr0lJfwmtyuAtt/IgSD6h0LsF9fsYWLseAq//"
        "HDEV2TMNwofF",
    ),
    (
        "another kind of list",
        "IMv9oSPK0D+hkwHvC0NUTUQbc1y75UrRfu5yuPc08RUGmTjJep7Yf266mFGJLKt1M9bbDLMcL2+ZjM7OJfPjvbLZas8clhBlDqBZ"
        "9FO8XL1xEvp5rG9wFPzFZXeCql36xX4TBngDWZwSinYr/xkM6RC1uVuJTsfSw5vdmPwVLCC8WFdi5yhygIua7LuW/kj0ZPgz8FxJ"
        "xt2+8+DIByTipBgXCVYOJAo3+5kD9cI8HvKgajRlQoJQsQrZC63KYZs/rJpPoDN+9Fn2Gz2Ram1zTVW3+UJqEPdkeHyHHIUsvgv1"
        "hQ77841Qr1U9yR9QVn/QDx7w99HF7TaIhxOjT22uTNZlm4CNuzwUmi0Horx+7SOWZHdTUK5CfUWkUZJ4XnFBXAXtAEw9q4TDpt6V"
        "fqB+/O+noyPI+sobO00vVuvoexN+CG+jkfLri6moI+Dq+5wQ3pnkhPMm5YeITt3oGljg5QTCwortiAwYU+sOCWuioq3oJ6lyrc+9"
        "Wwp1ML6ssMRR",
    ),
    (
        "the hash alone",
        "KLoUvgSY9fXSYAEZML7bfrQherzA9Ee2sizaBkm/5CxuNz3qhXO1DGKfoh32rp8VP++R0u0StP/s8w3J8giuTt9jzN+6XfJcmrJU"
        "DvJlMUR+oFrdfkyeqwXwxCMFaQwWhjZVBDgABj2OkQpkFkmuACqzzJlcTTqznWVZayAc/T6vRzqJAZfejQOL7Ql1LPry+UG+thPk"
        "vvTjkZoak1NxEYR3H6jt+LE0IwNIjCYsYoqBzPfkJGqmuqxiAx4xezgJ+JjZ9/KqXarKT4re7MbtTlWYBJuyn3593rn+FGMGEar1"
        "Gxo9Pc/cUd+jTchVSYzlpcm6MvwRiTWvQHpgGdoQbToaoLGc6CY1Zgnh+Wd17qR/sOJPCoA1fpMeV1nau93gzuSBvDwNtvqnGOzu"
        "iRUW22E2h6lQvJ7PMHnprPNrTxix/IcaXcM+xlFR9WBxuuYZCszyJ3fAiDolePiiRtsWbCZ0CRQPa5zsNXkHyt5sKqWQ6TNkWpMJ"
        "X4o+Y9II8UVQ",
    ),
    (
        "garbage behind the hash",
        "Msu79DtzdpTV6GEYH9rM7TnrgEeMfsbRrd8nUpClVCeKoJmwp+yP3G9N6zGcKoaDo2QfyUUAoQ8VCsplosiyolx7E16iij7FXv7U"
        "cjLKWCSTTAFaekuPZIb7+DpJ09HJmBWzX2She4TLL+g56LDK/oKYwI5s4SkI546EIZDW3OeKu4gnX90zWycVunZ/bURsNDC/wMjG"
        "76gng2kK5TM/TqYL+ZIqu1HElj28x++1dv92MEUnm+CZLRbiBO5E0TjdO8kHJwZ/nI0R48ILaxtEW1IPQvK+Tr+vAk9KyQK0UHSL"
        "+/s00G6ec4wQFG1o/LzIyLtKhfObRum/rFdGiLI6eYFtaeVWFbzSCHclQl4WeRGV65S2TpMyqgOpZuXhPG+xto9pYuuUmFM8gKvB"
        "SKs5Q6rcJUF/uR7nKM4Jk6T/4c36tzCUrFtzfxSX+fZf2posHCJvbq3354VnwugQ7IbBwCeiYGnbcWvi5xCPFVjd4Z16Bk8N2lEb"
        "ZsO4lfdJ/+7O",
    ),
    (
        "other garbage behind the hash",
        "IkZPV6lXvqjH5BFPX7kYXcKxo9TBPDd3KISIvNXBnN1twN4NHQqCyBjxFE2QwJzTSeapGCk5ceDsLQDmyFSZtsfVA5jNOYD0JadZ"
        "JbDW/qkrj0koonTQEpttLiE+6FJX+JhFgm2L5To4sa3N8oXFd7QASvJ3uRoApxcT0szp7OnMri6Ovn/6gDndvxvrEo7fQ0I/z5Hl"
        "AwvWwTHX2hcJa0BxA15aBTowZRBAWY6zrz5PPRDCI+s+UgiZ4Bhfu83uLM1f8GAsq+ZTs2d/LyeultECt7ha5vMFfKdVHAHZoRqv"
        "hZ1wwwjTXEQ5weMXHGsmOPJv5fFBkB4JN2MWaHBnrmZu3IfxMkhoAgRdhAaht2IKz7bcTcrWHkDCmq+34QVAwCelYbgqdix1yWMj"
        "/CVfR7SWynnx5CX3Y7JsEepViWvfnUrklQf32Lq4RXqFRltPHcgeFfcEsYWR7lv/br817njxfdoP8V5C+kQVsfkbkL4Kr1l5fTCY"
        "pdWUnSMVl5Gl",
    ),
    (
        "one byte of padding, garbage",
        "l5aZhVJ3GxfsGvF4Mh+sNEpg6l3H24X/O/IASPdbsayoT9PXgJG5MjXNe8Z1r9EQaJH8AvbuvWFs9GZQMRTbTAJwhgn0wwSmfcmE"
        "Wbp/HWz6U1Wzoc9IBPXEpydT1j8zX2ToOiaAunPNjLnL8o17cPdooWSIMR11Wv5X/B1uCZcrU5DnJgGfAI6QI7NhndnBs3iyPvtZ"
        "AVS+kcHixjSXevDSMrgCDMi0OUBuBVzPWMWqZpY6MK+34kMPvZzOFnhMtrmADQA2G/CNiKyN0Gyu3mp1yadlSz1ep+dPj7jY8Lt5"
        "teuphy+/Xu3//23VbllEMjOxtLWlvn9uQUZT0jO+9yxIu+ceKbTXxtivCD2JIIryybfim456Jubu5NXE+Ju1Uy1y8piymD/lRNZd"
        "1XrGlc5KlyaanJkJhr14ELsymxGGXq4+UfOaA/uklrvhaxxaVhqtCDrULnYt2GJKwuQHy7CQgcoCZCKfTg6nJf5dFwFTYzW9HvVJ"
        "6lklQRFgIMsM",
    ),
    (
        "no padding, garbage",
        "gYtzSI/0BRsDTq7A4IbMjK7E7rLLiYK6Lm/mfPP9K8Zl2Poy52yoWi6+C5E71d++4J8ewi9LK2KX5GS5JqaWLEDYXvJTOdr7csVl"
        "AY5XyGABM1uQW65pie/y/WKIImGIiDmYXj5DxV1PuD0XgMqWgttC0AFf4kkn6nGNXGR96tndh1WsklzfCE0u8pc0uHDoLsP9j61H"
        "OL0Xei6C35YzqWQ5x8obV3S1HPOF9Mw79Qz09Q29rnKYMC6faXjsppciGUa+c5mFzEVO6uTPfQ1bEpTT7clWrXBT5a2eI58k7VN9"
        "SgrkDu6hhuIPIWDqmCznADQn6ssxpOXY5lvj6dWKeOEgtmybwi5SftcbmpYLZ2tnwWvqPq41jG4dVDIFzS8RWzFyUZi1yNaaP/Y1"
        "9IRs4cASpPuHKgrOez02ZsNkcIDEdIHAcHUNiybXxTlmv18OhkWwpRSm866yaSq47lfIQEIQ4oLqcf1+Ugr8FAeoM06LEm9g2SBq"
        "B7ECdLzqopeo",
    ),
    (
        "one byte behind the hash",
        "hzg04JReI5iZh1mamY/SCTz5f40aZ4KuDvEtid+iskFow5ADRth2PKV7DwD1Vv735uzSp20CBEtVIL0IuyTmFNDN1muDAFFAOgRy"
        "/ezS3tjYBaDY7SUEyrusK6hFmggvJgrgMLXkwok8OJkBsGayIS6EoWvqbX4tGBeMrdn6yK3Bi8ehJ7EqhZyIhv/A8GAOVb3mP8EN"
        "+CtOpS63KzHlYrEX7GamiqprGb/zOLd6TUT09h4thKuBepGctPtNwuocdUeOlaICs8AvLzctGuqUUBHkwEIDKBYybxCS3aJ2ooBH"
        "2oBzIy93+XISC/n5LcqiwxEZMfO3L+yignBcs6jZ2LqcNpMq+FugNZMBQVsBJYGtRPTiQV6e1qsv3AL5ngoFKWJG0xvCdqzq8sKI"
        "Y1qD8sdcqlMkL0sUl4LI9WLFaQ+DIvV7WLsD4SfroVywlfQeZPVGZJ1Ef0oKiYT0L1kQ9Kkuw/mMMcDAzBiOeLoNN30rScG+zmo9"
        "Qe0Ca22E5x+c",
    ),
    (
        "one byte behind the hash, as of the padding",
        "kluCvUWbxrc7m9HLSBIKm9HOhD14EaBWytmAVmniYi+qO9G/2KveyxkssRufb6EkXokJoblmsFg20gHHb3p1R9dykDoSNVbw5aSD"
        "ndQRs5VyQE6tsyGmbSR30K0jhuE0x2GDCoUUsyekJ6pt9sz9ljtiDC0wI6K7dcUY/xZ2BnWm0KI//e4+BnEinMgmuVlUMKGVTc4U"
        "aWJQEEmPsFiW3QiQPxBeCZPJPHKov8X+hzV5pADzC2nClTd9vXuktzMjVehuBkwFP90iafNPuKnv2TMiYFxBzSg8wISaBOO9P1v3"
        "LIEtZkAAJY1M3e+93gxFR7lrdP0Tf3hG93mjSFy28CBhf+onJZC6zDvbCDJfc5qezrrJLx4cpOaBh8m4zLjN60wSX2h63V5lIWe/"
        "5W4bH8CgD44ENyIn9TPLK82QiXKZdfanjBeON1oJlWmZeXbvvD3Mpjr152Zke/XGBx81lBeJWXUDcKQQBZD8kYoP9s1kWZ4RMfwx"
        "c/ch/EInt3kz",
    ),
    (
        "garbage before DigestInfo",
        "r9DEldfxMqA+tY27MzUJE0qlK8zYoTidXKzTz0VLjr5lIIpaw3cwIKg+A6+w2uN/M8sqIsSTWyx9A81NrFdFksxOVieNrw0ZXwnu"
        "6lLSCOFH+pzd9hzAnCBoBV7UD+jCdaJeDZ/ZQ3G7I6xjnZK2xbc43tHaXfDtAsGoIOyV+6QS0C/5KxuhrCJ2brkzUjjmMiuLXqGL"
        "4q72kM+NXpQF2IgLEiWoSd+N9iI1dCkVfkOWSzYR1BtwSEF9w15RLsC3J2K4BoZ7Nx3yZrZy26AjHvBQtobz8lh+tQalJ4VgxhqY"
        "gcZhFDRe++jEd47dwcO6KfHndkP2unn/wDI9KqPngugE6rKJlKH2gRqSS5H1Vg9CCtHSOP6K/jWCx/D8KsCsb/CWeNMhmyLjjEqk"
        "4A2VJet3gMf+eFKS4DVmKlt6OlwAitHbDN7i+QL1MFvaLcz/e42Oy+1v5M1LD3Awmz4psLD4f0mYQxumYduxdW5hhw/dvV6ozqLU"
        "PcSrbOfZy0o+",
    ),
    (
        "garbage in DigestInfo",
        "RN2aPFP1OfIjlgatf5MV4C3cGZMVuH3v5CsxrWhrCG8qiW9ptyHU/H3e69ZBcMAy9dtIteV4hIGecskLV0RMzc4EXBKWsOwjJ8g/"
        "mB366U0ZNwu17RU/Ui+/mXsXCwqFwyb6IXaTB7kvDBLGvEv2ldBofEbCLdTsa6j683Uo5n2Ra3hClKDhhE7c67fIk0RMuYs14yYm"
        "DfBpzwUJY+c3v6JQ6DkMtGx2Sx79d64mcSTIoC8p+YeE4oKuwVNCcwr56Llqy5uYFhAbllYSCx4kxsie0pAnIx79Qk0AtNOXnJV0"
        "ZNzZgCAdea+6S4Wzz+8akdztoFazTi46wObp4OffvjizMAJcrI7WMZ0U1QN1Mvs3x0fh2hAZM0CF3IIaxmjWe3xrjRRSxePJ92UL"
        "xcHNfVfo/iQu+q7MZs3QDKE0hd6kSmHNelMY2s4rpUwsw8aAfFjfKkOQmxRab1CAJA3MTJgtcB9/wPKjZ12b6EwjjFrlfWAqjfR1"
        "xHRe+xDuZ5bC",
    ),
    (
        "garbage as padding",
        "T/KZC7faW8nWLdjFCLFo+pat3w0xr/wV/i/kN61Cu208VyM+0vegyyWQ0cBianDpeIZDfdi+VFAxeEU3we2IttBrG5Hgh9vtOqQn"
        "/CTCMOumnIt+Y9O9tZmHHDKeACS5+HvucWSfTTIeRgC+4WFGIz/52/i5vtJaPSyQtDrKcSAcggHwU/jPgZ1au0N7PI7kRMrylYFU"
        "gjHrl+5jmeXZYLV2BXHMFWaMstc8pPlBdBDnRC6Z+geo0kDOzD3W59jd+11KpIf3ZS8HZV1P+Hv0LMC+Fl+8XJhTnjKOdTMZkYJm"
        "YoFsFmSrLlz0eD3Dlg1o1aKXruosiZ2cz58Ub0CfYkidUTrxsW/FFnnqZ2PPuLNVvqnRNNxuJKuvTWzs/nUjCOuh8VBbtnNyGWC8"
        "gSfTZF4k6qAcWG1nzNdfE/1biGDvbahGN5heu5RO4gkEL1+SmeBlUDJnmSPRNE7sZFmx56FanUtvZDphhTxKS2e5wPRgsQyXgqXd"
        "S8pnmJQfvlEf",
    ),
    (
        "padding of another byte",
        "n95J8PobVpZu6hOiduXHhNaAO3MzX/2LLjjpZZ1bPybCr2TFQdH2NjsPov63ekf13ON8+N4NvBtB79jQgU+g+A/WfHvd/juXOS+s"
        "SQOwzdlJ2tx/CbVGYLzihqK6BrTFlF0Hqz6AFbyqKmT5HTh50X3I4Y397R0o8lLkXz0tNoeQDanFvWg3lH8mjvXCYhU4wekO6vGr"
        "3mBsKgPAQjsZREroJS7xXZmOnhuufHH5P6xkqXyEASEqpSlYkGKywMBhhylnpUH9t/q/ouEOPtMYb2q1+cJxkUSIfai+gyKrub4Y"
        "xQbscUb+hGZNfuTlG7Mw+ddAgrUKRbz8gBMyOGn1SwqU7NptvwnYumGpS9eNXP14+Wi1uO3aQqbeTT4asa1oJWEcuaYVyCixLcUo"
        "WxHEl3sEgokGitj31wBNiVI2Px/K0cDUks5LMkCVGlSHDw94gob8P6FOCBgNX2RlN9pEpFDlic8Cjgce8zkVdDpVIPY1gF+t9Sgs"
        "eGoLhdSyvc2p",
    ),
    (
        "padding with one other byte",
        "jEgiynTt4ajFWeFbNso+9FYqXdAMD14Gy/5c2bu41QbFZkU8ctYMzUTNG4pj70HI35DK+hzSItGouuTeuI1lGfsGbGLLKeZisWV9"
        "VDGGHrb40iatoLdZaToo+8xntxkz3CZTL0tza0gIk4X2d1MDBfGPiBVQqaX/T36kWTfacI2E0g5nUpGAqG47H1u7kETNNpqsOCJs"
        "FtMFF4GYOJAWT82odVkD6ViIjXpIniUxAaH9MsN0xk3ek/sZPecLZwJ2LOyJvcK5m2TJJTY7FhvStsOwhd367vcRI4A93cGgKq65"
        "A8/2cJx7Weunq1k0dNq1gKsmBEbZAyrX2GsXSFd6+sFkC3OMidSSSK5hInOV2afoHps2aEVeq4lCrRUdhJtWR+o105CXAQRuGBhx"
        "FgM2dmb/N1AqtYL1ssuP1PSE7YAG4bNQy+MwOsM+14kIvR/Oi0cJ+o06vwHkq8efBgn+Yo/LBZRKRtTxC6Q20/YboHayuDndb+wU"
        "QcxXdFRZziZF",
    ),
    (
        "padding that ends twice",
        "ITsH28cqZXO5bi+DFKMnnK5ZuEeF2D2DtVp2MIoZuxu9cIlPcmdJ5jXcZGFL0LBZA77PyAPNDAcISANcPZPN4gtzgwYESDgqtBN/"
        "XZGQQdU4gdER6BDAwr4mNFSOrwwoSddTu+9LKIg6VCaGNQuvoexa2ryztj6gHVfefrSU8AAFRN0bxTP/1f+OsnS4EJStXPsOiolx"
        "tR4OfKPHky6smvsM68tWj95CJOi2AxCXwiHv2/QybAnvfjUSSgRKy96OI9a+xgXPGYNJs50uMappT0YSU+j+LMtT4F/rFvy8It1F"
        "/K8I38nzoEX/8QdbC/9T1S3BqRtbDdegBvL4Nao+mFhECbWZA4/Asio/8f7jlUfxRSITPVOwXsiG/4+AlzC4n3LuPs5rQf4bxve9"
        "CdFk0tiqOZjpPT+tzBWBmtK75yyBjvfzVIKUnv/eMdNEQN2yWvpMI/D0LHT6wULymiWQSTGDbtz0v3BtezOE//hgGgnqjXw11/DJ"
        "QBYVbcFfksj2",
    ),
    (
        "padding without an end",
        "cJ13koWR/DApeDNuaLUfSxhXYH+PfHY6WYIr4f3kISDKLiJaD1H4+8BsasC25UR6Kzays4leZFfZMkOlwGzztW1O+LhHdDnAeAnm"
        "GAbuXeR5pCL7aqcWlNajypHfOw81oyC0D1SWKlhUag7SfqlGklknA6CGRaKyMpn7qeHxw022Tkp0R8FSe4PFA1cCgNBCGbCpLUDv"
        "mXCCAMYStWSMrwD1BMJRITVzFDPTGO0DO82KxKtlr5xUaoFpN9yW1SiGZSl/UXu1yu6eOPjaS56u6Dj74HSEM+jkomcyTTm/7iQR"
        "xbny5ufp6ArfratjV7pEkxH7s9rGJLcvUsDkyXIH9cp1Pv4NHxohZy+0FyyJ2PjHotOzQX0Ti2T1LW0EI8QxtmnLUcXdflz+oITk"
        "0sG89Dg02JOWmZ9VuXAVhu0cZeLaiILP+mqD8Tp8EPYsl648qPRrstkS5wgwnzK244X1HJ0qSWeG1kw8L4s/nhPfPfEO5phjx8bo"
        "In6T49Zxm5N5",
    ),
    (
        "a block of encryption",
        "gTfl8pq/fdgnlckEnIWKQmKjAi+PvTDepCRm/QX6lgSqIOgQHPZLX1sOqoK97HWY/IxUgDdpeeeTwEvpDewgXEFYuF7oJJRoWolm"
        "KI7y39jwE8kGjPmOY9pLVg4eeOYdZGnwaTG1jHo7RFMEP5d2Rzd5OsdNsOWv3FPUD23k0QQt7B8sl41G/3Le7d+664VbId/s/nrb"
        "D6IesBX9bbZHHy7zSETck8jMKiZt8BcMvG73rFH4Wc6iWtu1pPv/9qSAhtDqSp/OEKZFbU9/WAsW9DRNkKuyv70sLe+G0V94Hnc2"
        "9oHKmC9pom/WcTBzxrXvPe9IZk24UYEzkycO8HQFzvvcW//6PqlVeyuyviB/CFpGEsJqC7HxuvGkqYMUGas8yx5m5XDHj2727+vL"
        "WbzsOlAzQqsV6zLPgxbYyOzFTbPfARuswytyMcf/y/P4us+Rn6wVg//FnVDdXzexezOFOxkhiLWXdaohdvgg4WSrGmEPdrRFAh+9"
        "KhMkDLcOIpgf",
    ),
    (
        "a block of kind 0",
        "gLmsGTNwZJNc8S2i54SaGqOytjZZ/qEbW97/J33aAOKS1CuwMnRtAKfFzgwcVhk5cmVIHodH4XVdmd3Dua3BjYzxXvficjhhxjH0"
        "kntRxKpwyK3z/UV1nBxfeEVvraeFwlwrS+WGty3X9DHa4XyR8W37rg62kBPSyH6sPNwtCNqX7+O/RKUBbrAjThOfkd4r7qzH6LgM"
        "fMZyM7kSv6Ac7VPpDOqSOEzuAWtPFPj0Mmv3IycHCwEDxDoNmBEJC0xWIGHKBwV60M577jzSx5R94x6QaiEO/Y+3uboo8GhZOZCS"
        "1Mp0y5xfGbRsaVfijHKhUswQtCxMpmg0WUOwokJ4vTzpP61qGEvAK6S4NGmFLN2PYpkxVCGXEm0Umz5p3nTtyZqJr+q8S9rRjL9L"
        "jLZSPGqiVKQtUUgoVomdAoftZiFsSJifO97ROLTm5g67YlcNgJzjHjTFs42uB2VlAB0av9QjDuzx+H4GMNYtbDXjgkMqIanq9EwD"
        "CppKHEYzXvt/",
    ),
    (
        "a first byte that is not 0",
        "K37KCPdi2oxDXZIoSeGzzoZu3UJ+RMRw04FScPu8auak/rj//FpjWtNzJAqPiXhRBEIl5dA2D2toKBbYxtBA3ucup4Re/GIRHdoC"
        "obYrw2WaFAkUHcdgFuAUZHAF9TMmxnZ7bh4uQMBchel10aq6ef+YuZLZoKgxVQHap28Xcju8q4J/fZ8hhj3CujbbQ1ZJmeVyGkoB"
        "SgqBRMc8AjYDsC38OVYZBoZzlNe9jLGezY15HxpEedXQ4iQ5T+7xQlKYZulPr569Pv8k2eMF9Xf1WSGdimKdBZhpBH7LZBtx+4qN"
        "EV9zOxMGuqqTMjZA8yU2KzZiepy0kvQHtXf7+nvrUVmSutBzml/6Ede8PDNLi3nyFTWqFEqzWKbVIEFsRjTgUlFh8/s91nXG6DIy"
        "lVeeFXVQkVjboTWXz6NHMoumr53u3l1qVujldce9lhWXs4Zru+Ddbzz6ZDS4uihjMKqTcUSt0z57pUDTA8I+hGY9ba9x15O6WdmX"
        "Ldut3wh6Va65",
    ),
    (
        "one byte further on",
        "qgt3Kr5AA52SHRiwGKPmmdKhhKFbGuN3dCqdTYyqbR9T3V3oer0MaM+kxDbknUrv0quVwfGgLs675kj4EvPk8bS5vYw+JrrAunjo"
        "zHqiFBElirqp32WD+01nl2Pcf3yI5qjDeuetcAGgqPXKQONSXAJVcd7iUZCcvgWDgwd8k0VGELWczFx9j2lFhyeZ9lfgWYUfyUk+"
        "W6M+ggj8UiaBxrPQP1MECoNTBcKsPAm9CyWi1y69MgvMhPlZCcd4ccDQH0K7eH6SA4eIzgpDlxIwNAZEohb6wpTHluLvK5cjTeyY"
        "QRmbzSvRsMkEY5a4agsKWVXaFIhx7AkHr/Oi0PIqC0mip29+kZzk9FdpT6o4lxHdXr4RSBW10EfMwJb9pP8BmTi7Cf1mF4/BZ+QY"
        "opJMBQiY0FCcLasCetYIIdK8mT4+ndqNgdg/FAYq8BQxWTZQAIhTHDk7U9YnDRthd5QJfXeO3DRg3De2AFW3P8GA+4/BQjbimpwR"
        "i1if/FMT/Utd",
    ),
    (
        "a hash cut short",
        "qC2PDogtMvwjtLjPTyrUEhG0lpdcjxmKHrVX7TA7cGRZTMFlaPQzaZpnR4oD61GwBz8VgegNebOIkisgvjS7wJIvBpr4zO62ruIu"
        "weV6uF9waYgdfsV8d4IBoKgAt7DYz/a3lSB/AktHmCj6DJUWEG3sVVnYW2n8DpkMDYzKU4Aich5ojvRVZJ5rMy9UnYtdBG3VH2R0"
        "/323no16OlaVm+wXlZzTiUw2pUgjLq2/+KpaHkPuJlbcsml++v3HOZi1v5kqLdm2sWfR6DclR5Xa+olp+JWd5LpJKyHH6WmMQ1+N"
        "Uy6kwBEsXWsWdD9kPmVoTT9gn9NFgY4UB5QQV6No+qFzcwiQ4dccU+Y7sRoAMpmYVgoDHOXLafFLvNE/jF6vNNV9ywih5erm9STP"
        "n6MXPzSNzQl+P+W5oQk+OLrq+1HrKW4sEtHbxfPuRc0W+buN/h4T3+43So2lXzn51nFqynDaOgLfe53QiFkYAj6Gqf5ktYviObcv"
        "yd5GjRsCkf4D",
    ),
    (
        "a hash with another last byte",
        "mDSJqXURRTKj72YUExR7Hk3GmrseNZ4L6Ab1J0jzQW6MDsE/+77OOjaTUyTurN20UzwRSQ5M7K8XOzjtzsVhL+52Il53LZ59aSwt"
        "nL96ULBpv41Lauap7rdG/fu61R2xfYogNUtWcSX+UeSdCs1XLev5wXX+Pt2Px457pSMfsFv8TyXg8ydHbjmX5L/5bvLGkEtiLV0p"
        "DK6XRrQlmwJZe4H5uR2n294o55TcY57bHVKKopdrkNKeMT+5Vstn59th9Pemh3jByYvEpHqVMNr+UWu0SG/ZvtqF48y3XrFHfUOL"
        "5M1OS3GTkEwqdgl0Z8/13AsQ+uaN1AOIWOICy/1TkdmH/YzuLJEfwhenv7Mn1gh5z5IRPhu4bgNar7yoDMTCjN6fZpgwM8PW/m39"
        "abNTKfCVwECdgQ5ERMT9c8XhXBxz4y+yqKPMMCALY7P61mqvJ+EUDV1WWZEoW6q7Lqr/CZtIOmgaqtwGLFfB52LnNLTx3xhD6qwd"
        "pIod+RBpzkAO",
    ),
    (
        "another text's hash",
        "KVKe88vYSGRI103kh0mSCVDGlRu4iGY8caIULOeAQAshd5L5TYBA6oeBfxF6C7FI3SV7W7zb2o9f/9YNu90jQy+Jh5NyKKzmHwWo"
        "p5siSYf8VN8sShMUT5OxG02i3Wp640GwShMEzevihwn4zXiCJbtLLQHFEjGhan9GyeCXwEdNYiXxmOFZ/W3efFuL0Vj2WMd8IQSI"
        "mb/JkMcbke/WgbbhfNDx/JEacodeI3EsIJYASirGZyt250PXdQsqdvILZ2wqyjV0YdUO4hCNJTRH076CcdyLh96Ahr9jKGnMQHPx"
        "w2smtBbybR/u6VsL5ang5ys859yZixyRITuCp5uN58gFTgT3b3p01yDtS6D71sX+Q9ti/16+Xn0/mZpx2XDRytj2hV2cltL0pGrZ"
        "xTMRq+WE24WX6KYs2CkgHb5L+AhRNltYgiKhhi/TrMnLg+6Lfpt5ZSEIqqKvLA5B9LoXmMKk5n27qY3Q1PgFPwjf3u5c1kvjJ510"
        "H2LZ+NnLVeB2",
    ),
    (
        "another function's hash",
        "IK17kre3fTSWLKNZRWP2mFgl9ey1VvASZGAM76qLdxXS229T23jfZVsYTBf61yEX14YbI+W435WNma+F6cNiBamyU+M1bCUchFPu"
        "ysARuxs+DSrja099Z4bY7nEt9/s+of9TkdWFOeEtkgovBTBN9WVJas/nQGFHPlmkJvBYyJvxHs9cby9qcevVaZdZTBwxLZ/DE3xi"
        "sIMhicmpB/WmVgcpQtsMjt5DC2UO4lpJ+MxAxgqUmoNI45NYqoOl1eapwWYQFzVqZI8mkFVOKauy0dnsyGRlCvRccBb0Sox9NTJN"
        "t/y1xqwfIJEms8HL69dZe/2Dr/vi6qmdvFgUtYQsDL/pu2RFHx/+XNcNnT3Q6+1LMD0OClS6nhjQseoFvnmMaeN7hNzd0uTRdyZ5"
        "lr5UidAl3gb5Ig0K0EcsVoQiwDCbErrESCkkabJ0JbF1HVu5UR7UBuPRswBWAg1qYi8ABsfMmWSQmo0SWEaTLcx2SA4j3YMk+otV"
        "GtQSAbJEbvxh",
    ),
    (
        "an empty block",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        "AAAAAAAAAAAA",
    ),
)
