"""Countries, capitals and languages. Within a continent the better known countries come first."""

from tables.reader import rows

_CAPITALS = {
    "Europe": rows(
        """
        France: Paris, Germany: Berlin, Italy: Rome, Spain: Madrid, the United Kingdom: London,
        Greece: Athens, Portugal: Lisbon, Ireland: Dublin, Poland: Warsaw, Sweden: Stockholm,
        Norway: Oslo, Finland: Helsinki, Denmark: Copenhagen, Austria: Vienna, Switzerland: Bern,
        Belgium: Brussels, the Netherlands: Amsterdam, Hungary: Budapest,
        the Czech Republic: Prague, Slovakia: Bratislava, Romania: Bucharest, Bulgaria: Sofia,
        Serbia: Belgrade, Croatia: Zagreb, Slovenia: Ljubljana, Bosnia and Herzegovina: Sarajevo,
        Montenegro: Podgorica, Albania: Tirana, North Macedonia: Skopje, Ukraine: Kyiv,
        Belarus: Minsk, Lithuania: Vilnius, Latvia: Riga, Estonia: Tallinn, Moldova: Chisinau,
        Iceland: Reykjavik, Malta: Valletta, Andorra: Andorra la Vella, Liechtenstein: Vaduz,
        Russia: Moscow, San Marino: San Marino
        """
    ),
    "Asia": rows(
        """
        China: Beijing, Japan: Tokyo, India: New Delhi, South Korea: Seoul, North Korea: Pyongyang,
        Thailand: Bangkok, Vietnam: Hanoi, Indonesia: Jakarta, the Philippines: Manila,
        Malaysia: Kuala Lumpur, Turkey: Ankara, Iran: Tehran, Iraq: Baghdad, Saudi Arabia: Riyadh,
        Israel: Jerusalem, Jordan: Amman, Lebanon: Beirut, Syria: Damascus, Pakistan: Islamabad,
        Afghanistan: Kabul, Bangladesh: Dhaka, Nepal: Kathmandu, Bhutan: Thimphu,
        Mongolia: Ulaanbaatar, Kazakhstan: Astana, Uzbekistan: Tashkent, Turkmenistan: Ashgabat,
        Kyrgyzstan: Bishkek, Tajikistan: Dushanbe, Cambodia: Phnom Penh, Laos: Vientiane,
        Myanmar: Naypyidaw, Oman: Muscat, Qatar: Doha, Kuwait: Kuwait City, Bahrain: Manama,
        Yemen: Sanaa, the United Arab Emirates: Abu Dhabi, Georgia: Tbilisi, Armenia: Yerevan,
        Azerbaijan: Baku, the Maldives: Male, Brunei: Bandar Seri Begawan, East Timor: Dili,
        Taiwan: Taipei
        """
    ),
    "Africa": rows(
        """
        Egypt: Cairo, Kenya: Nairobi, Nigeria: Abuja, Morocco: Rabat, Ethiopia: Addis Ababa,
        Ghana: Accra, Algeria: Algiers, Tunisia: Tunis, Libya: Tripoli, Sudan: Khartoum,
        South Sudan: Juba, Uganda: Kampala, Tanzania: Dodoma, Rwanda: Kigali, Burundi: Gitega,
        Somalia: Mogadishu, Senegal: Dakar, Mali: Bamako, Niger: Niamey, Chad: N'Djamena,
        Cameroon: Yaounde, Gabon: Libreville, Angola: Luanda, Zambia: Lusaka, Zimbabwe: Harare,
        Mozambique: Maputo, Madagascar: Antananarivo, Namibia: Windhoek, Botswana: Gaborone,
        Malawi: Lilongwe, Lesotho: Maseru, Eswatini: Mbabane, Togo: Lome, Benin: Porto-Novo,
        Liberia: Monrovia, Sierra Leone: Freetown, Guinea: Conakry, Guinea-Bissau: Bissau,
        the Gambia: Banjul, Mauritania: Nouakchott, Burkina Faso: Ouagadougou, Eritrea: Asmara,
        Djibouti: Djibouti City, Mauritius: Port Louis, Seychelles: Victoria, Cape Verde: Praia,
        Comoros: Moroni, the Central African Republic: Bangui, Equatorial Guinea: Malabo,
        Ivory Coast: Yamoussoukro, the Republic of the Congo: Brazzaville,
        the Democratic Republic of the Congo: Kinshasa, South Africa: Pretoria
        """
    ),
    "North America": rows(
        """
        the United States: Washington, Canada: Ottawa, Mexico: Mexico City, Cuba: Havana,
        Jamaica: Kingston, Panama: Panama City, Costa Rica: San Jose, Guatemala: Guatemala City,
        Honduras: Tegucigalpa, Nicaragua: Managua, El Salvador: San Salvador, Belize: Belmopan,
        Haiti: Port-au-Prince, the Dominican Republic: Santo Domingo, the Bahamas: Nassau,
        Barbados: Bridgetown, Trinidad and Tobago: Port of Spain, Grenada: Saint George's,
        Saint Lucia: Castries, Dominica: Roseau, Antigua and Barbuda: Saint John's
        """
    ),
    "South America": rows(
        """
        Brazil: Brasilia, Argentina: Buenos Aires, Chile: Santiago, Peru: Lima, Colombia: Bogota,
        Venezuela: Caracas, Ecuador: Quito, Bolivia: Sucre, Paraguay: Asuncion, Uruguay: Montevideo,
        Guyana: Georgetown, Suriname: Paramaribo
        """
    ),
    "Oceania": rows(
        """
        Australia: Canberra, New Zealand: Wellington, Fiji: Suva, Papua New Guinea: Port Moresby,
        Samoa: Apia, Tonga: Nuku'alofa, Vanuatu: Port Vila, Solomon Islands: Honiara,
        Kiribati: South Tarawa, Tuvalu: Funafuti, Palau: Ngerulmud, Micronesia: Palikir,
        the Marshall Islands: Majuro
        """
    ),
}

# (country, capital, continent)
COUNTRIES = [
    (country, capital, continent)
    for continent, capitals in _CAPITALS.items()
    for country, capital in capitals
]

LANGUAGES = rows(
    """
    France: French, Germany: German, Italy: Italian, Spain: Spanish,
    the United Kingdom: English, Greece: Greek, Portugal: Portuguese, Poland: Polish,
    Sweden: Swedish, Norway: Norwegian, Finland: Finnish, Denmark: Danish, Austria: German,
    the Netherlands: Dutch, Hungary: Hungarian, the Czech Republic: Czech, Romania: Romanian,
    Bulgaria: Bulgarian, Serbia: Serbian, Croatia: Croatian, Slovenia: Slovene,
    Albania: Albanian, Ukraine: Ukrainian, Lithuania: Lithuanian, Latvia: Latvian,
    Estonia: Estonian, Iceland: Icelandic, Russia: Russian, China: Chinese, Japan: Japanese,
    South Korea: Korean, Thailand: Thai, Vietnam: Vietnamese, Indonesia: Indonesian,
    Turkey: Turkish, Iran: Persian, Iraq: Arabic, Saudi Arabia: Arabic, Israel: Hebrew,
    Egypt: Arabic, Mongolia: Mongolian, Bangladesh: Bengali, Nepal: Nepali, Cambodia: Khmer,
    Laos: Lao, Georgia: Georgian, Armenia: Armenian, Mexico: Spanish, Cuba: Spanish,
    Brazil: Portuguese, Argentina: Spanish, Chile: Spanish, Peru: Spanish, Colombia: Spanish,
    the United States: English, Australia: English, New Zealand: English, Senegal: French,
    Gabon: French, Angola: Portuguese, Mozambique: Portuguese, Ghana: English, Zambia: English,
    Somalia: Somali, Jamaica: English
    """
)
