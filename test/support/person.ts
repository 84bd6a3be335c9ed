/** Who signs up where it does not matter who. */
export const PERSON = {
  email: 'Haneul@example.test',
  password: 'Right-Horse-7',
  displayName: '하늘',
  realName: '김하늘',
  phone: '010-1234-5678',
  city: '서울특별시',
  detailAddress: '한강로 1',
};
