import type { CategoryCode } from '../schema.ts';

/** Short lists that are combined; brands are invented, ingredients and phrases are those of any Korean label. */
type Words = [string, ...string[]];

function list(text: string, separator = ' '): Words {
  const [first = '', ...rest] = text.split(separator).map((word) => word.trim());
  return [first, ...rest];
}

const BRAND_STEMS = list(
  '가람솔 누리해 다솜결 도담뜰 라온별 미르샘 보듬채 새얀들 여울빛 온새미 윤슬담 초아린 하늬솔 해든봄 아라움',
);
const BRAND_ENDS = list('바이오 팜 웰 헬스 뉴트리 랩 생활 내추럴 푸드 원');

/** 150 brands. */
export const BRANDS = BRAND_STEMS.flatMap((stem) => BRAND_ENDS.map((end) => stem + end)) as Words;

export const GRADES = list(
  '프리미엄 데일리 더블 골드 퓨어 리얼 액티브 에센셜 고함량 식물성 올인원 하루건강 밸런스 파워 순수 그린',
);

/** How an item is sold: what it is counted in, how many, and how it is taken. */
export const FORMS: [Form, ...Form[]] = [
  { unit: '캡슐', counts: [30, 60, 90, 120, 180], object: '캡슐을' },
  { unit: '정', counts: [30, 60, 90, 120, 180, 240], object: '정을' },
  { unit: '포', counts: [14, 20, 30, 60, 90], object: '포를' },
  { unit: '구미', counts: [30, 60, 90], object: '구미를' },
];

export interface Form {
  unit: string;
  counts: [number, ...number[]];
  object: string;
}

export const PRECAUTIONS = list(
  `알레르기 체질인 분은 원료를 확인한 후 섭취하십시오.
   임산부와 수유부는 전문가와 상담 후 섭취하십시오.
   이상 사례가 나타나면 섭취를 멈추고 전문가와 상담하십시오.
   의약품을 복용하는 분은 전문가와 상담 후 섭취하십시오.`,
  '\n',
);

export interface Topic {
  ingredients: Words;
  /** What an item does, in the words of the authority that admits it; each says its category by a keyword. */
  functions: Words;
}

const topic = (ingredients: string, functions: string): Topic => ({
  ingredients: list(ingredients),
  functions: list(functions, '|'),
});

export const TOPICS: Record<CategoryCode, Topic> = {
  EYE: topic(
    '루테인 지아잔틴 아스타잔틴 빌베리 블루베리 마리골드 비타민A 헤마토코쿠스 결명자 베타카로틴 안토시아닌 아로니아 크릴오일 구기자 빌베리추출물',
    '황반색소 밀도를 유지하여 눈 건강에 도움을 줄 수 있음|눈의 피로도 개선에 도움을 줄 수 있음|건조한 눈을 개선하여 눈 건강에 도움을 줄 수 있음',
  ),
  BONE: topic(
    '칼슘 마그네슘 비타민D 비타민K 콘드로이친 엠에스엠 글루코사민 보스웰리아 해조칼슘 망간 우유단백 초록입홍합 상어연골 이소플라본 비타민D3',
    '뼈와 치아 형성에 필요|골다공증 발생 위험 감소에 도움을 줌|칼슘의 흡수를 도와 뼈의 형성과 유지에 필요',
  ),
  BRAIN: topic(
    '은행잎 포스파티딜세린 디에이치에이 오메가3 테아닌 참당귀 천마 원지 레시틴 비타민B12 노루궁뎅이버섯 인삼 크릴 호두 바코파',
    '노년기 두뇌 건강과 인지력 개선에 도움을 줄 수 있음|기억력과 두뇌 활동에 도움을 줄 수 있음',
  ),
  INTESTINE: topic(
    '유산균 프로바이오틱스 프락토올리고당 차전자피 알로에겔 비피더스 락토페린 식이섬유 이눌린 프리바이오틱스 포스트바이오틱스 구아검 푸룬 매실 신바이오틱스',
    '유산균 증식 및 유해균 억제에 도움을 줄 수 있음|배변활동 원활에 도움을 줄 수 있음|유익균을 늘려 장 건강에 도움을 줄 수 있음',
  ),
  LIVER: topic(
    '밀크씨슬 실리마린 헛개나무 울금 표고버섯균사체 아티초크 민들레 벌나무 커큐민 베타인 엉겅퀴 오리나무 글루타티온 밀크씨슬추출물 노니',
    '간 건강에 도움을 줄 수 있음|알코올성 손상으로부터 간을 보호하는 데 도움을 줄 수 있음',
  ),
  SKIN: topic(
    '콜라겐 히알루론산 엘라스틴 세라마이드 알로에 비오틴 석류 곤약감자 쌀겨 밀배아 옥수수배아 레티놀 홍화씨 저분자콜라겐 판토텐산',
    '피부 보습에 도움을 줄 수 있음|자외선에 의한 손상으로부터 피부 건강을 유지하는 데 도움을 줄 수 있음',
  ),
  ANTIOXIDANT: topic(
    '코엔자임큐텐 비타민C 비타민E 셀레늄 프로폴리스 포도씨 레스베라트롤 녹차카테킨 토마토 스피루리나 클로렐라 아사이베리 폴리페놀 퀘르세틴 아세로라',
    '항산화에 도움을 줄 수 있음|유해산소로부터 세포를 보호하는 항산화 작용에 필요',
  ),
  FATIGUE: topic(
    '홍삼 홍경천 옥타코사놀 비타민B 아르기닌 마카 인삼 감마리놀렌산 오메가3 타우린 마늘 영지버섯 흑삼 가시오가피 홍삼농축액',
    '피로 개선에 도움을 줄 수 있음|혈액순환 개선에 도움을 줄 수 있음|혈소판 응집을 억제하여 혈액 순환에 도움을 줄 수 있음',
  ),
  ETC: topic(
    '가르시니아 쏘팔메토 아연 철분 엽산 단백질 키토산 녹용 크레아틴 달맞이꽃종자유 회화나무 홍국 바나바잎 베타글루칸 새싹보리',
    '면역력 증진에 도움을 줄 수 있음|체지방 감소에 도움을 줄 수 있음|근력 개선에 도움을 줄 수 있음|갱년기 여성의 건강에 도움을 줄 수 있음',
  ),
};

/** The category of the items, by index and repeating: each at least once in nine, the popular ones more often. */
export const CATEGORY_MIX: [CategoryCode, ...CategoryCode[]] = [
  'EYE',
  'INTESTINE',
  'FATIGUE',
  'ETC',
  'BONE',
  'LIVER',
  'SKIN',
  'ANTIOXIDANT',
  'BRAIN',
  'INTESTINE',
  'FATIGUE',
  'ETC',
  'EYE',
  'ANTIOXIDANT',
  'INTESTINE',
  'BONE',
  'ETC',
  'FATIGUE',
  'SKIN',
  'ETC',
];

export const SURNAMES = list('김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권');
export const GIVEN_NAMES = list('하늘 서연 민준 지우 도윤 하은 예준 수아 시우 지안 유진 은서 현우 다은 준서 나래');
export const NICKNAMES = list('건강한토끼 튼튼곰 새벽달리기 초록잎사귀 맑은아침 든든한하루 산책좋아 물마시기');
export const CITIES = list(
  '서울특별시 마포구,서울특별시 송파구,부산광역시 해운대구,대구광역시 수성구,인천광역시 연수구,광주광역시 북구,대전광역시 유성구,경기도 성남시,경기도 수원시,강원특별자치도 춘천시,제주특별자치도 제주시',
  ',',
);
export const STREETS = list('한강로 가온길 솔빛로 새터길 은행나무로 중앙로 햇살길 물빛로');
