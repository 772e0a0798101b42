"""Numbers of the calls from a pole's virtual ``machine``, ``network``, ``esp32`` and ``ntptime`` to its chip.

Shared by both ends (waiting and sockets are in ``hostops``).  An answer's value below zero is -errno.
"""

PIN_INIT = 1  # a: pin, b: mode | (pull + 1) << 4 | (value + 1) << 8; mode, pull and value may each be left out as 0
PIN_SET = 2  # a: pin, b: 0 or 1
PIN_GET = 3  # a: pin; answers 0 or 1
PWM_START = 4  # a: pin, b: duty 0 to 65535, data: frequency in Hz, 4 bytes
PWM_SET = 5  # a: pin, b: duty
PWM_STOP = 6  # a: pin
ADC_READ = 7  # a: pin; answers 0 to 65535

UART_OPEN = 10  # a: UART, b: baud, data: pins tx, rx, bytes of the receive buffer (2), parity: 0 none, 1 even, 2 odd
UART_WRITE = 11  # a: UART, data
UART_READ = 12  # a: UART, b: at most; answers the length and the bytes that have come in
UART_ANY = 13  # a: UART; answers how many bytes have come in
I2C_OPEN = 14  # a: bus, data: pins scl, sda
I2C_WRITE = 15  # a: bus, b: address, data
I2C_READ_MEM = 16  # a: bus, b: address | register << 8 | length << 16; answers the length and the bytes
UART_CLOSE = 17  # a: UART
COUNTER_OPEN = 18  # a: unit, b: pin, data: edge, direction
COUNTER_VALUE = 19  # a: unit; answers its count
COUNTER_SET = 28  # a: unit, b: what its count is now
COUNTER_CLOSE = 29  # a: unit

WDT_START = 20  # a: milliseconds
WDT_FEED = 21
RESET = 22
RESET_CAUSE = 23
UNIQUE_ID = 24  # data: 6 bytes
TEMPERATURE = 25  # answers the die's degrees Fahrenheit
ENTROPY = 26  # a: how many random bytes; data: those
CHIP = 27  # answers 0 for an ESP32, 1 for an ESP32-S3, 2 for an ESP32-C3

RTC_GET = 30  # answers seconds since 2000, data: <HBBBBBBI year, month, day, weekday, hour, minute, second, microsecond
RTC_SET = 31  # a: seconds since 2000, or data as RTC_GET gives it
RTC_MEMORY_GET = 32
RTC_MEMORY_SET = 33  # data

NVS_GET = 40  # a: 0 for an i32, 1 for a blob, data: namespace, NUL, key; data: 4 bytes, or \1 and the blob, or nothing
NVS_SET = 41  # a: kind as in NVS_GET, b: the i32, data: namespace, NUL, key, NUL, blob
NVS_ERASE = 42  # data: namespace, NUL, key
NVS_COMMIT = 43

WLAN_ACTIVE = 50  # a: 0 off, 1 on, -1 to ask; answers 0 or 1
WLAN_CONNECT = 51  # data: ssid, NUL, password
WLAN_DISCONNECT = 52
WLAN_JOINED = 53  # answers 0 or 1
WLAN_STATUS = 54  # answers a STAT_ value
WLAN_ADDRESS = 55  # data: address, netmask, gateway, name server as text, NUL between
WLAN_RECONNECTS = 56  # a: times the radio tries again by itself, -1 for no limit
WLAN_HOSTNAME = 57  # data: a name to set, or empty to ask; data: the name
NTP = 58  # answers seconds since 2000
WLAN_RSSI = 59  # answers the dBm the access point is heard with; 0 while the pole is not on the network

# the flash; FLASH_PROGRAM and FLASH_ERASE are not answered: what came of them is read
FLASH_BLOCK = 4096  # bytes; one is kept on the heap, which is made that much larger and measured without
PARTITIONS = 60  # data: a row for each, <BBII16s type, subtype, first byte, bytes, label
FLASH_READ = 61  # a: byte, b: how many; answers their number and the bytes
FLASH_PROGRAM = 62  # a: byte, data
FLASH_ERASE = 63  # a: block
# which of several apps starts; each answers the number of a row of PARTITIONS, or an error below zero
OTA_RUNNING = 64
OTA_BOOT = 65  # that the next start would choose
OTA_SET_BOOT = 66  # a: the row that is to start from now on, and to prove itself; answers 0
OTA_VALID = 67  # the one that runs has proved itself; answers 0

TLS_OPEN = (
    70  # a: the socket below; takes the memory of a TLS session; answers 0, 1 when its handshake finds none, or -errno
)
TLS_CLOSE = 71  # gives it back
IDF_HEAP = 72  # data: a row for each region of ESP-IDF's heap, <IIII bytes, free, largest free block, least ever free

# Python's own heap, as the chip would have it: the engines' grows in no steps (simulator/hardware/dram.py)
PYTHON_SIZE = 73  # answers its bytes in all
PYTHON_FREE = 74  # answers how many are free
PYTHON_TAKE = 75  # a: bytes; answers the object's number or -errno
PYTHON_COLLECT = 76  # a: the number of the only one that is still used, or -1
PYTHON_USES = 77  # a: bytes in use; answers the bytes of the heap in all or -errno
